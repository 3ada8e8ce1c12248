package callback

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// What can be wrong with a key, a signature or a ciphertext. The errors that are
// returned wrap one of these and say more.
var (
	ErrKey        = errors.New("callback: the EncodingAESKey is not usable")
	ErrSignature  = errors.New("callback: the signature does not match")
	ErrBase64     = errors.New("callback: the ciphertext is not base64")
	ErrCiphertext = errors.New("callback: the ciphertext has an impossible length")
	ErrPadding    = errors.New("callback: the padding is wrong")
	ErrLength     = errors.New("callback: the length inside the plaintext is wrong")
	ErrReceiver   = errors.New("callback: the message is meant for somebody else")
)

const (
	keyLength    = 43 // characters of an EncodingAESKey
	padBlock     = 32 // WeCom pads to 32 bytes where AES has blocks of 16
	randomLength = 16
	lengthLength = 4
)

// Codec signs and encrypts for one callback configuration. It may be used by
// several goroutines at once.
type Codec struct {
	token    string
	receiver string
	iv       []byte
	block    cipher.Block
	random   io.Reader
}

// New makes a Codec from the Token and the EncodingAESKey (43 characters) of the
// callback configuration. The receiver is the corpid for self-built apps and
// corp callbacks, the suiteid for third-party suites and empty for individual
// third parties.
func New(token, encodingAESKey, receiver string) (*Codec, error) {
	if len(encodingAESKey) != keyLength {
		return nil, fmt.Errorf("%w: it has %d characters instead of %d", ErrKey, len(encodingAESKey), keyLength)
	}
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		return nil, fmt.Errorf("%w: it holds characters that base64 does not know", ErrKey)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return &Codec{token: token, receiver: receiver, iv: key[:aes.BlockSize], block: block, random: rand.Reader}, nil
}

// Sign computes msg_signature: SHA-1 over the four strings, sorted and joined, in
// lower-case hexadecimal. The platform prescribes SHA-1.
func (c *Codec) Sign(timestamp, nonce, encrypted string) string {
	parts := []string{c.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// Verify checks a signature in constant time; it fails with ErrSignature.
func (c *Codec) Verify(signature, timestamp, nonce, encrypted string) error {
	want := c.Sign(timestamp, nonce, encrypted)
	if subtle.ConstantTimeCompare([]byte(want), []byte(signature)) != 1 {
		return fmt.Errorf("%w: check that the Token is that of this callback configuration", ErrSignature)
	}
	return nil
}

// Encrypt encrypts a message and encodes it in base64. Equal messages give
// different texts.
func (c *Codec) Encrypt(plaintext []byte) (string, error) {
	size := randomLength + lengthLength + len(plaintext) + len(c.receiver)
	pad := padBlock - size%padBlock // 1 to 32: a full block when nothing is missing
	buffer := make([]byte, randomLength, size+pad)
	if _, err := io.ReadFull(c.random, buffer); err != nil {
		return "", fmt.Errorf("callback: no random bytes: %w", err)
	}
	buffer = binary.BigEndian.AppendUint32(buffer, uint32(len(plaintext)))
	buffer = append(buffer, plaintext...)
	buffer = append(buffer, c.receiver...)
	buffer = append(buffer, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(buffer, buffer)
	return base64.StdEncoding.EncodeToString(buffer), nil
}

// Decrypt turns an Encrypt text or an echostr back into the message. It fails
// with ErrBase64, ErrCiphertext, ErrPadding, ErrLength or ErrReceiver. CBC alone
// does not notice every change, so the signature must have been verified before.
func (c *Codec) Decrypt(encrypted string) ([]byte, error) {
	buffer, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBase64, err)
	}
	if len(buffer) == 0 || len(buffer)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no multiple of %d", ErrCiphertext, len(buffer), aes.BlockSize)
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(buffer, buffer)

	if buffer, err = unpad(buffer); err != nil {
		return nil, err
	}
	if len(buffer) < randomLength+lengthLength {
		return nil, fmt.Errorf("%w: only %d bytes are left without padding", ErrLength, len(buffer))
	}
	length := uint64(binary.BigEndian.Uint32(buffer[randomLength:]))
	rest := buffer[randomLength+lengthLength:]
	if length > uint64(len(rest)) {
		return nil, fmt.Errorf("%w: %d bytes announced, %d present", ErrLength, length, len(rest))
	}
	if string(rest[length:]) != c.receiver {
		return nil, fmt.Errorf("%w: it names receiver %q, this configuration belongs to %q",
			ErrReceiver, printable(rest[length:]), c.receiver)
	}
	return rest[:length:length], nil
}

// unpad takes the padding of 1 to 32 bytes away. Ordinary PKCS#7 code refuses 17
// to 32, which WeCom uses every other time.
func unpad(buffer []byte) ([]byte, error) {
	pad := int(buffer[len(buffer)-1])
	if pad < 1 || pad > padBlock || pad > len(buffer) {
		return nil, fmt.Errorf("%w: its last byte is %d; check that the EncodingAESKey is that of this configuration", ErrPadding, pad)
	}
	start := len(buffer) - pad
	for _, b := range buffer[start:] {
		if int(b) != pad {
			return nil, fmt.Errorf("%w: its bytes differ", ErrPadding)
		}
	}
	return buffer[:start], nil
}

// printable shortens what stands in the place of a receiver, so that garbage
// does not fill the log.
func printable(b []byte) []byte {
	const most = 64
	if len(b) > most {
		return b[:most]
	}
	return b
}
