package wecomsim

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// This file encrypts and signs callbacks the way WeCom's servers do
// (developer.work.weixin.qq.com/document/path/90968). It is written apart from
// the SDK's wecom/callback on purpose: if one side misreads the document, the
// two no longer understand each other.
//
// Not modelled: suite (third-party) receive ids.

// blockSize is the padding block. WeCom pads PKCS#7 to 32 bytes although AES
// has blocks of 16.
const blockSize = 32

// envelopeKey is a decoded EncodingAESKey.
type envelopeKey struct {
	block cipher.Block
	iv    []byte
}

// newEnvelopeKey decodes an EncodingAESKey of 43 letters and digits.
func newEnvelopeKey(encodingAESKey string) (envelopeKey, error) {
	if len(encodingAESKey) != 43 {
		return envelopeKey{}, fmt.Errorf("EncodingAESKey has %d characters, 43 are needed", len(encodingAESKey))
	}
	// The 43rd character carries two surplus bits that real keys may set.
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		return envelopeKey{}, fmt.Errorf("EncodingAESKey is not base64: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return envelopeKey{}, fmt.Errorf("EncodingAESKey: %w", err)
	}
	return envelopeKey{block: block, iv: key[:aes.BlockSize]}, nil
}

// seal encrypts a message for receiveID with 16 bytes of randomness.
func (k envelopeKey) seal(random [16]byte, message []byte, receiveID string) string {
	var plain bytes.Buffer
	plain.Write(random[:])
	_ = binary.Write(&plain, binary.BigEndian, uint32(len(message))) // a buffer never fails
	plain.Write(message)
	plain.WriteString(receiveID)
	pad := blockSize - plain.Len()%blockSize
	plain.Write(bytes.Repeat([]byte{byte(pad)}, pad))
	out := plain.Bytes()
	cipher.NewCBCEncrypter(k.block, k.iv).CryptBlocks(out, out)
	return base64.StdEncoding.EncodeToString(out)
}

// open decrypts what seal made (a passive reply of a callback receiver).
func (k envelopeKey) open(sealed string) (message []byte, receiveID string, err error) {
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, "", fmt.Errorf("not base64: %w", err)
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, "", errors.New("length is not a multiple of the cipher block")
	}
	cipher.NewCBCDecrypter(k.block, k.iv).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > blockSize || pad > len(data) {
		return nil, "", errors.New("bad padding")
	}
	data = data[:len(data)-pad]
	if len(data) < 20 {
		return nil, "", errors.New("too short")
	}
	size := int(binary.BigEndian.Uint32(data[16:20]))
	if size > len(data)-20 {
		return nil, "", errors.New("length field points behind the end")
	}
	return data[20 : 20+size], string(data[20+size:]), nil
}

// sign computes msg_signature over the encrypted text.
func sign(token, timestamp, nonce, sealed string) string {
	parts := []string{token, timestamp, nonce, sealed}
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}
