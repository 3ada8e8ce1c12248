// The simulator's page with the two phones, used as the two people use it. What stands on
// it and under which data-testid: wecom/wecomsim/phones/README.md.

export class Phones {
  /** Opens the phones in a window of their own, beside the console's. */
  static async open({ context, program }) {
    const page = await context.newPage();
    await page.goto(`${program.simulator.url}/_sim/phones`);
    const phones = new Phones(page);
    await phones.customer.locator('.phone').waitFor();
    await page.locator('[data-testid="live"].on').waitFor();
    return phones;
  }

  constructor(page) {
    this.page = page;
    this.member = page.getByTestId('member-phone');
    this.customer = page.getByTestId('person-phone');
  }

  /** Gives the right phone to a newcomer whom no member knows. */
  async newcomer(name) {
    await this.customer.getByTestId('person-new').click();
    await this.page.getByTestId('person-name').fill(name);
    await this.page.getByTestId('person-create').click();
    await this.customer.getByTestId('person-select').getByText(name).waitFor({ state: 'attached' });
    await this.customer.getByTestId('go-scan').waitFor();
  }

  /** The customer scans the code of that name (WeCom knows it by its remark); his talk with the member opens. */
  async scan(code) {
    await this.customer.getByTestId('person-tab-scan').click();
    await this.customer.getByTestId('scan-ways').getByRole('button').filter({ hasText: code }).click();
    await this.customer.getByTestId('person-talk').waitFor();
  }

  /** The userid of the member on the left phone; after a scan, of the one whom WeCom picked. */
  whoseIsTheLeft() {
    return this.member.getByTestId('member-select').inputValue();
  }

  /** Gives the left phone to a member. */
  async belongTo(userid) {
    await this.member.getByTestId('member-select').selectOption(userid);
    await this.member.getByTestId('member-tab-chats').waitFor();
  }

  /** The member on the left deletes a customer from his contacts. */
  async deleteCustomer(person) {
    await this.#home(this.member);
    await this.member.getByTestId('member-tab-contacts').click();
    await this.member.getByTestId('contacts-customers').click();
    await this.member.getByTestId(`customer-${person}`).click();
    await this.member.getByTestId('delete-customer').click();
    await this.member.getByTestId('confirm').click();
  }

  /** The customer deletes a member from his contacts. */
  async deleteMember(userid) {
    await this.#home(this.customer);
    await this.customer.getByTestId('person-tab-contacts').click();
    await this.customer.getByTestId(`contact-${userid}`).click();
    await this.customer.getByTestId('delete-member').click();
    await this.customer.getByTestId('confirm').click();
  }

  /** The talk with our app opens on the member's phone; it is there once something was said. `patience` in ms. */
  async openApp(agentid, patience) {
    await this.#home(this.member);
    await this.member.getByTestId('member-tab-chats').click();
    await this.member.getByTestId(`app-chat-${agentid}`).click({ timeout: patience });
    return this.member.getByTestId('app-talk');
  }

  /** Leaves whatever is open on a phone. */
  async #home(phone) {
    const back = phone.getByTestId('back');
    while (await back.isVisible()) await back.click();
  }
}
