// A camera, held as { root, data, stream, devices }: turned on and off, its frames, and why there is none.

const cameraIsAllowed = () => Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia)

const videoInputs = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput")

// By the name of what a browser threw: the key of the sentence about it.
const CAMERA_FAULTS = {
  NotAllowedError: "camera_refused",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
}

const whyNot = ({ name }, sending) => filled(sending[CAMERA_FAULTS[name] ?? "camera_fault"], { fault: name })

// `other`: the next one of those there are. `say` shows a sentence, `off` is how it is turned off, `begun` is
// called with its stream, `lost` is said when it is taken away.
async function beginCamera(camera, other, { say, off, begun, lost }) {
  if (!cameraIsAllowed()) return say(camera.data.sending.camera_not_allowed)
  const devices = await videoInputs()
  const now = camera.stream?.getVideoTracks()[0]?.getSettings().deviceId
  const next = devices[(devices.findIndex(({ deviceId }) => deviceId === now) + 1) % devices.length]
  const which = other && next ? { deviceId: { exact: next.deviceId } } : { facingMode: "environment" }
  off()
  const asked = (camera.asked = {})
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, ...which },
    })
    // Meanwhile somebody may have left the page, or asked again.
    if (camera.asked !== asked || !camera.root.isConnected) return stream.getTracks().forEach((track) => track.stop())
    camera.stream = stream
    camera.devices = await videoInputs()
    stream.getVideoTracks()[0].onended = () => { off(); say(lost) }
    say("")
    begun(stream)
  } catch (error) {
    say(whyNot(error, camera.data.sending))
  }
}

function endCamera(camera) {
  camera.asked = null
  for (const track of camera.stream?.getTracks() ?? []) {
    track.onended = null
    track.stop()
  }
  camera.stream = null
}

// A canvas with what a video shows now, at most so large; null while it shows nothing.
function frameOf(video, longest) {
  if (!video.videoWidth) return null
  const scale = Math.min(1, longest / Math.max(video.videoWidth, video.videoHeight))
  const canvas = document.createElement("canvas")
  canvas.width = Math.round(video.videoWidth * scale)
  canvas.height = Math.round(video.videoHeight * scale)
  const context = canvas.getContext("2d")
  context.imageSmoothingQuality = "high"
  context.drawImage(video, 0, 0, canvas.width, canvas.height)
  return canvas
}

const jpegOf = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality))
