// A worker of server.js: a picture of the camera -> JPEG. The page itself would encode only when it
// has nothing else to do, which comes late while it draws. Answers on the port that comes with it.

const canvas = new OffscreenCanvas(1, 1);
const brush = canvas.getContext("2d", { alpha: false });

onmessage = async ({ data: { picture, width, height, quality, port } }) => {
  Object.assign(canvas, { width, height });
  brush.drawImage(picture, 0, 0, width, height);
  picture.close();
  port.postMessage(await canvas.convertToBlob({ type: "image/jpeg", quality }));
};
