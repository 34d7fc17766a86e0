// The visitor's own device as the one who recognises: no picture leaves it.

const INDEX = new URL("./device.json", import.meta.url);
const CORES_FOR_TWO = 3; // from which on two threads may pay: one is the page's own

// What has to be fetched, by name: address, bytes, and bytes sent for it. Throws where it cannot be had.
export async function deviceFiles() {
  const response = await fetch(INDEX);
  if (!response.ok) throw new Error(`The models cannot be had: ${response.status}`);
  return response.json();
}

export class Device {
  room = 1; // pictures under way at once
  #worker = new Worker(new URL("./reader.js", import.meta.url), { type: "module" });

  // Fetches `files`, those of `deviceFiles`, while `tell` hears which share has come, and finds out how many
  // threads are fastest. `classes` are the model's.
  static async open(files, classes, tell) {
    const wanted = ["runtime.wasm", "finder.onnx", "reader.onnx"].map((name) => files[name]);
    const [wasm, finder, reader] = await fetched(wanted, tell);
    const runtime = new URL(files["runtime.js"].address, INDEX).href;
    let [fastest, least] = [null, Infinity];
    const most = crossOriginIsolated && navigator.hardwareConcurrency >= CORES_FOR_TWO ? 2 : 1;
    for (let threads = 1; threads <= most; threads += 1) {
      const device = new Device();
      const milliseconds = await device.#ask({ runtime, wasm, finder, reader, classes, threads }, []).catch((error) => {
        if (!fastest) throw error;
        console.warn(error); // one thread works, and does
        return Infinity;
      });
      (milliseconds < least ? fastest : device)?.#worker.terminate();
      if (milliseconds < least) [fastest, least] = [device, milliseconds];
    }
    return fastest;
  }

  // The faces in `picture`, an ImageBitmap that is used up, looked at in that width and height: records, in
  // pixels of that size. `known` promises those of the last answer where they are in it, or null where all have
  // to be found anew; a slow device finds them anew now and then only.
  async recognise(picture, width, height, known) {
    return this.#ask({ picture, width, height, known: await known() }, [picture]);
  }

  troubleOf() {
    return "deviceFailed";
  }

  #ask(question, handedOver) {
    const { port1, port2: port } = new MessageChannel();
    return new Promise((done, failed) => {
      port1.onmessage = ({ data: { answer, error } }) => (error ? failed(new Error(error)) : done(answer));
      this.#worker.onerror = () => failed(new Error("The worker cannot be started"));
      this.#worker.postMessage({ question, port }, [...handedOver, port]);
    });
  }
}

async function fetched(files, tell) {
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let come = 0;
  return Promise.all(
    files.map(async ({ address, bytes }) => {
      const response = await fetch(new URL(address, INDEX));
      if (!response.ok) throw new Error(`A model cannot be had: ${response.status}`);
      const [content, reader] = [new Uint8Array(bytes), response.body.getReader()];
      let at = 0;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        content.set(value, at);
        at += value.length;
        tell((come += value.length) / all);
      }
      if (at < bytes) throw new Error("A model came cut off");
      return content;
    }),
  );
}
