/** Where the page that WeCom's confirmation leads to tells the one that waits for it. */
export const confirmedChannel = 'queqiao.confirmed';
