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

  /** Changes, e.g. patch('/_sim/apps/1000002', { trusted_ips: [] }). */
  patch(path, body) {
    return this.#call('PATCH', path, body);
  }

  /** Ends, e.g. remove('/_sim/faults'). */
  remove(path) {
    return this.#call('DELETE', path);
  }

  /** The contact way behind a channel code, by the remark that the code gave it. */
  async way(remark) {
    const { contact_ways: ways } = await this.get('/_sim/contact-ways');
    return ways.find((way) => way.remark === remark);
  }

  /** Somebody new scans the code of that name; gives him, and the member whom WeCom picked. */
  async scanned(remark, name) {
    const person = await this.post('/_sim/people', { name });
    const way = await this.way(remark);
    return { ...person, ...(await this.post('/_sim/acts/scan', { person: person.id, way: way.config_id })) };
  }

  /** What a person was greeted with by a member, "" when not (yet). */
  async greeting({ external_userid: external, userid }) {
    const { messages } = await this.get(`/_sim/chats/direct:${userid.toLowerCase()}:${external}`);
    return messages.find((message) => message.via === 'welcome')?.text ?? '';
  }

  /** Waits until no callback is on its way any more. */
  settle() {
    return this.post('/_sim/settle');
  }

  /** All contacts of a member, as the simulated world has them. */
  async contacts(member) {
    const contacts = [];
    for (let before = ''; before !== undefined; ) {
      const page = await this.get(`/_sim/members/${member}/contacts?limit=500${before}`);
      contacts.push(...page.contacts);
      before = page.next_before ? `&before=${page.next_before}` : undefined;
    }
    return contacts;
  }

  /**
   * The customers a member follows, those whom he has yet to confirm (half) too, as far as
   * WeCom tells: that a customer deleted the member is told by callback alone, so of losses
   * before the first sync nobody can know.
   */
  async followed(member) {
    const told = new Set();
    for (let after = 0; after !== undefined; ) {
      const { callbacks } = await this.get(`/_sim/callbacks?after=${after}`);
      for (const { change_type, plaintext } of callbacks) {
        const id = (name) => plaintext.match(`<${name}><!\\[CDATA\\[(.*?)\\]\\]>`)?.[1];
        if (change_type === 'del_follow_user' && id('UserID') === member) told.add(id('ExternalUserID'));
      }
      after = callbacks.at(-1)?.id;
    }
    const contacts = await this.contacts(member);
    return contacts.filter((c) => c.by_member && (c.by_customer || !told.has(c.external_userid)));
  }

  /** The customers whom a member who left has still, since nobody took them over; nobody's phone shows them. */
  async unassigned() {
    const { unassigned } = await this.get('/_sim/unassigned');
    return unassigned.map((pair) => ({ ...pair, name: '', tags: [], created_at: 0 }));
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
