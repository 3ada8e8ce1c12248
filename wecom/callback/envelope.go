package callback

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxBody is the largest body that is read, in bytes. The largest callbacks are
// lists of members of a contact tag, far below it.
const MaxBody = 1 << 20

// What can be wrong with a request. The errors that are returned wrap one of
// these and say more.
var (
	ErrTooLarge  = errors.New("callback: the body is too large")
	ErrParameter = errors.New("callback: a query parameter is missing")
	ErrEnvelope  = errors.New("callback: the envelope is not as expected")
	ErrTimestamp = errors.New("callback: the timestamp is outside the window")
)

// Envelope is the outer XML of a callback. AgentID is set for the callbacks of an
// app and empty for those of the corp.
type Envelope struct {
	ToUserName string
	AgentID    string
	Encrypt    string
}

// ReadBody reads a body of at most MaxBody bytes and fails with ErrTooLarge
// beyond, without reading the rest.
func ReadBody(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("callback: the body could not be read: %w", err)
	}
	if len(body) > MaxBody {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxBody)
	}
	return body, nil
}

// ParseEnvelope reads the outer XML. Document types, nested elements and repeated
// fields are refused.
func ParseEnvelope(body []byte) (Envelope, error) {
	var envelope Envelope
	seen := map[string]bool{}
	err := scan(body, func(path []string, text string) error {
		if len(path) == 1 {
			return nil // an empty root
		}
		if len(path) > 2 {
			return fmt.Errorf("%w: element %s is nested", ErrEnvelope, strings.Join(path, "/"))
		}
		if seen[path[1]] {
			return fmt.Errorf("%w: element %s is there twice", ErrEnvelope, path[1])
		}
		seen[path[1]] = true
		switch text = strings.TrimSpace(text); path[1] {
		case "ToUserName":
			envelope.ToUserName = text
		case "AgentID":
			envelope.AgentID = text
		case "Encrypt":
			envelope.Encrypt = text
		}
		return nil
	})
	if err != nil {
		return Envelope{}, err
	}
	if envelope.Encrypt == "" {
		return Envelope{}, fmt.Errorf("%w: element Encrypt is missing", ErrEnvelope)
	}
	return envelope, nil
}

// VerifyURL answers the check 验证 URL有效性 that WeCom makes when a callback is
// configured: given the decoded query of the GET it returns the bytes that the
// body of the answer consists of, within one second, without anything around them.
func (c *Codec) VerifyURL(query url.Values) ([]byte, error) {
	echo := query.Get("echostr")
	if err := c.verifyQuery(query, "echostr", echo); err != nil {
		return nil, err
	}
	return c.Decrypt(echo)
}

// Open verifies and decrypts a POST: its decoded query and its body. The envelope
// is returned too, because only it names the app.
func (c *Codec) Open(query url.Values, body []byte) (plaintext []byte, envelope Envelope, err error) {
	if envelope, err = ParseEnvelope(body); err != nil {
		return nil, Envelope{}, err
	}
	if err = c.verifyQuery(query, "Encrypt", envelope.Encrypt); err != nil {
		return nil, Envelope{}, err
	}
	if plaintext, err = c.Decrypt(envelope.Encrypt); err != nil {
		return nil, Envelope{}, err
	}
	return plaintext, envelope, nil
}

func (c *Codec) verifyQuery(query url.Values, name, encrypted string) error {
	if encrypted == "" {
		return fmt.Errorf("%w: %s", ErrParameter, name)
	}
	for _, parameter := range []string{"msg_signature", "timestamp", "nonce"} {
		if query.Get(parameter) == "" {
			return fmt.Errorf("%w: %s", ErrParameter, parameter)
		}
	}
	return c.Verify(query.Get("msg_signature"), query.Get("timestamp"), query.Get("nonce"), encrypted)
}

// CheckTime refuses a query whose timestamp is further than window from now, with
// ErrTimestamp. It is optional: WeCom's repetitions come late, so the window must
// be generous, and a replay is better caught by keeping each plaintext once.
func CheckTime(query url.Values, now time.Time, window time.Duration) error {
	seconds, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %q is not a number of seconds", ErrTimestamp, query.Get("timestamp"))
	}
	if apart := now.Sub(time.Unix(seconds, 0)).Abs(); apart > window {
		return fmt.Errorf("%w: it is %s away, %s allowed", ErrTimestamp, apart.Round(time.Second), window)
	}
	return nil
}

type sealedReply struct {
	XMLName      xml.Name `xml:"xml"`
	Encrypt      string   `xml:"Encrypt"`
	MsgSignature string   `xml:"MsgSignature"`
	TimeStamp    int64    `xml:"TimeStamp"`
	Nonce        string   `xml:"Nonce"`
}

// Reply makes the body of a passive reply 被动回复 from the XML of a message.
func (c *Codec) Reply(plaintext []byte, timestamp int64, nonce string) ([]byte, error) {
	encrypted, err := c.Encrypt(plaintext)
	if err != nil {
		return nil, err
	}
	signature := c.Sign(strconv.FormatInt(timestamp, 10), nonce, encrypted)
	return marshalCDATA(sealedReply{Encrypt: encrypted, MsgSignature: signature, TimeStamp: timestamp, Nonce: nonce})
}

type sealedPost struct {
	XMLName    xml.Name `xml:"xml"`
	ToUserName string   `xml:"ToUserName"`
	AgentID    string   `xml:"AgentID,omitempty"`
	Encrypt    string   `xml:"Encrypt"`
}

// Seal is the other side of Open: it makes the query and the body of the POST with
// which WeCom delivers a plaintext. The corpid goes into ToUserName.
func (c *Codec) Seal(plaintext []byte, corpID, agentID string, timestamp int64, nonce string) (url.Values, []byte, error) {
	encrypted, err := c.Encrypt(plaintext)
	if err != nil {
		return nil, nil, err
	}
	body, err := marshalCDATA(sealedPost{ToUserName: corpID, AgentID: agentID, Encrypt: encrypted})
	if err != nil {
		return nil, nil, err
	}
	return c.signedQuery(encrypted, timestamp, nonce), body, nil
}

// Challenge is the other side of VerifyURL: it makes the query of the GET with
// which WeCom checks a URL. The right answer is echo itself.
func (c *Codec) Challenge(echo []byte, timestamp int64, nonce string) (url.Values, error) {
	encrypted, err := c.Encrypt(echo)
	if err != nil {
		return nil, err
	}
	query := c.signedQuery(encrypted, timestamp, nonce)
	query.Set("echostr", encrypted)
	return query, nil
}

func (c *Codec) signedQuery(encrypted string, timestamp int64, nonce string) url.Values {
	stamp := strconv.FormatInt(timestamp, 10)
	return url.Values{
		"msg_signature": {c.Sign(stamp, nonce, encrypted)},
		"timestamp":     {stamp},
		"nonce":         {nonce},
	}
}

// OpenReply is the other side of Reply: it verifies and decrypts a passive reply.
func (c *Codec) OpenReply(body []byte) ([]byte, error) {
	if err := scan(body, func([]string, string) error { return nil }); err != nil {
		return nil, err
	}
	var reply sealedReply
	if err := xml.NewDecoder(bytes.NewReader(body)).Decode(&reply); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEnvelope, err)
	}
	err := c.Verify(reply.MsgSignature, strconv.FormatInt(reply.TimeStamp, 10), reply.Nonce, reply.Encrypt)
	if err != nil {
		return nil, err
	}
	return c.Decrypt(reply.Encrypt)
}
