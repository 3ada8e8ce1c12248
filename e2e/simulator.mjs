// The control interface of the simulator (/_sim/*), for what a journey sets up or looks
// up. What a person does on a phone, a journey does on the phones' page.
export class Simulator {
  constructor(url) {
    this.url = url;
  }

  /** Asks, e.g. get('/_sim/members'). */
  get(path) {
    return this.#call('GET', path);
  }

  /** Tells, e.g. post('/_sim/clock', { advance: '24h' }). */
  post(path, body = {}) {
    return this.#call('POST', path, body);
  }

  /** Waits until no callback is on its way any more. */
  settle() {
    return this.post('/_sim/settle');
  }

  async #call(method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: body && { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
