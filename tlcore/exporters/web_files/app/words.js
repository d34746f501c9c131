// Every word of the page, to be changed or translated here.
"use strict";

const WORDS = {
  title: "Image classifier",
  classes: (names) => `It tells apart: ${names.join(", ")}.`,
  loading: "The model is being opened …",
  notOpened: "This browser cannot run the model. Use a current Chrome, Edge, Firefox or Safari.",
  camera: "Camera",
  start: "Start the camera",
  stop: "Stop the camera",
  otherCamera: "Other camera",
  video: "What the camera sees",
  bars: "The probability of each class",
  speed: (milliseconds) => `${Math.round(milliseconds)} ms for a picture`,
  cameraDenied: "The camera was not allowed. Allow it for this page in the browser, and start it again.",
  cameraMissing: "There is no camera. Choose picture files instead.",
  cameraBusy: "The camera cannot be used now. Close what else uses it, and start it again.",
  cameraInsecure:
    "Here the browser gives no camera to a page. Open it by https, or from this machine. Picture files work.",
  pictures: "Pictures",
  drop: "Drop pictures here, paste one, or choose files",
  clear: "Clear the list",
  found: "What was found",
  picture: (name, answer) => `${name}: ${answer}`,
  pasted: "Pasted picture",
  unreadable: "This browser cannot read it. Save it as JPEG or PNG.",
  tooLarge: (found, limit) => `It has ${found} megapixels; ${limit} is the limit. Save it smaller.`,
  unsure: "I don't know",
  none: "None of the classes",
  stays: "Pictures stay on this machine: nothing is sent.",
};
