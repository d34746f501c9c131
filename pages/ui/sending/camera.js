// A camera: which there are, and why there is none.

const NOT_ALLOWED =
  "A browser gives its camera only to pages that are opened as https:// or as http://localhost. Open " +
  "this page so, or take the pictures with another program and drop them here."

const cameraIsAllowed = () => Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia)

const videoInputs = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput")

function whyNot(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "The browser may not use the camera. Allow it beside the address of this page, then start it again."
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found. Connect one, then start it again."
    case "NotReadableError":
    case "AbortError":
      return "The camera does not answer; another program may be using it. End that, then start it again."
    default:
      return `The camera could not be started (${error.name}). Try another browser, or drop pictures here.`
  }
}
