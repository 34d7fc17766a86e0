// Uploads a file to the page's server and returns where it lies there, as Gradio's components know it.

export class Refused extends Error {}

// `tell` gets the bytes sent so far. Throws Refused with the server's sentence, AbortError, or TypeError where
// the connection broke off or the file has changed. `fetch` does not tell how much is sent.
export async function send(file, { tell, signal }) {
  const form = new FormData();
  form.append("files", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", `${window.gradio_config.root}/gradio_api/upload`);
  request.upload.addEventListener("progress", ({ loaded }) => tell(loaded));
  signal.addEventListener("abort", () => request.abort());
  const answer = await new Promise((give, fail) => {
    request.addEventListener("load", () => give(request));
    request.addEventListener("error", () => fail(new TypeError("The upload broke off.")));
    request.addEventListener("abort", () => fail(signal.reason));
    request.send(form);
  });
  if (answer.status !== 200) throw new Refused(sentenceOf(answer));
  const [path] = JSON.parse(answer.responseText);
  return { path, orig_name: file.name, size: file.size, meta: { _type: "gradio.FileData" } };
}

// The guards answer in the visitor's language; what Gradio says would help nobody.
function sentenceOf({ responseText }) {
  try {
    return JSON.parse(responseText).detail ?? "";
  } catch {
    return "";
  }
}
