// Package callback speaks the callback protocol 回调 of WeCom (企业微信): it checks
// and makes signatures, decrypts and encrypts, and turns the plaintext into typed
// Go values (docs 90930, 90968, 90238 to 90240, 92130).
//
// A Codec holds one callback configuration. A server answers the GET with
// Codec.VerifyURL and the POST with Codec.Open, stores the plaintext, answers
// 200 with an empty body within five seconds, and only then lets Parse say what
// it was. WeCom repeats a callback that was not answered, twice; a repetition
// carries the same plaintext under a new nonce, so it is the plaintext that tells
// duplicates. The order of callbacks means nothing, and a callback that nobody
// answered is lost.
//
// The same types encode as well (Marshal, Codec.Seal, Codec.Challenge), for
// simulators and tests.
package callback
