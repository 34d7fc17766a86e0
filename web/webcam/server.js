// The server as the one who recognises.

const SHORT_LINK = 40; // ms on the way; up to here one picture at a time fills the link
const LINK_STEP = 160; // ms on the way beyond that, for each of which, begun, one more may be under way
const MOST_UNDER_WAY = 4; // what the server takes
const [FINE, COARSE] = [0.8, 0.5]; // quality of a JPEG; the coarse one has about 60 % of the bytes
const NARROW_LINK = 300; // ms on the way, from which on pictures are coarse
const LINK_ANSWERS = 10; // whose fastest tells the link: busy processors delay most, but not all
const TROUBLES = { 401: "login", 409: "renewed", 503: "full" };
const LONGEST_ANSWER = 10_000; // ms until a server that says nothing counts as gone

export class Server {
  #address = new URL("../live", import.meta.url);
  #photographer = new Worker(new URL("./photographer.js", import.meta.url));
  #onTheWay = [0]; // ms that the last answers took beyond the server's own work

  // Only a server that has the model of that `fingerprint` answers: two models' labels never mix.
  constructor(fingerprint) {
    this.#address.searchParams.set("model", fingerprint);
    this.#address.searchParams.set("session", crypto.getRandomValues(new Uint32Array(4)).join("-"));
  }

  // How many pictures the link and the server keep busy at once.
  get room() {
    const beyond = Math.max(0, this.#link - SHORT_LINK);
    return Math.min(MOST_UNDER_WAY, 1 + Math.ceil(beyond / LINK_STEP));
  }

  get #link() {
    return Math.min(...this.#onTheWay);
  }

  // The faces in `picture`, an ImageBitmap that is used up, looked at in that width and height: records, in
  // pixels of that size. Where there is no answer it throws what `fetch` does, or the status of a refusal. A
  // picture that is no longer wanted when it is encoded is not sent.
  async recognise(picture, width, height, known, isWanted) {
    const body = await this.#photograph(picture, width, height);
    if (!isWanted()) return null;
    const sent = performance.now();
    const response = await fetch(this.#address.href, {
      method: "POST",
      headers: { "Content-Type": "image/jpeg" },
      body,
      signal: AbortSignal.timeout(LONGEST_ANSWER),
    });
    if (!response.ok) throw response.status;
    const { faces, milliseconds } = await response.json();
    this.#onTheWay = [...this.#onTheWay, performance.now() - sent - milliseconds].slice(-LINK_ANSWERS);
    return faces;
  }

  // What to say where `recognise` threw that.
  troubleOf(error) {
    return TROUBLES[error] ?? "gone";
  }

  #photograph(picture, width, height) {
    const { port1, port2: port } = new MessageChannel();
    return new Promise((done) => {
      port1.onmessage = ({ data }) => done(data);
      const quality = this.#link < NARROW_LINK ? FINE : COARSE;
      this.#photographer.postMessage({ picture, width, height, quality, port }, [picture, port]);
    });
  }
}
