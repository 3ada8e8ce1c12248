// The other party of TestIndependentCodec: Tencent's own @wecom/crypto, fed with one
// JSON request per line and answering with one JSON object per line. The folder of the
// package is the first argument.
const { createInterface } = require("node:readline");

const crypto = require(process.argv[2]);

const answers = {
  encrypt: ({ key, message, receiver }) => ({ encrypted: crypto.encrypt(key, message, receiver) }),
  decrypt: ({ key, encrypted }) => {
    const { message, id } = crypto.decrypt(key, encrypted);
    return { message, receiver: id };
  },
  sign: ({ token, timestamp, nonce, encrypted }) => ({
    signature: crypto.getSignature(token, timestamp, nonce, encrypted),
  }),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  console.log(JSON.stringify(answers[request.op](request)));
});
