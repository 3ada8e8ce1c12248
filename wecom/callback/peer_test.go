package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/internal/peer"
)

type peerRequest struct {
	Op        string `json:"op"`
	Key       string `json:"key,omitempty"`
	Token     string `json:"token,omitempty"`
	Timestamp string `json:"timestamp,omitempty"`
	Nonce     string `json:"nonce,omitempty"`
	Message   string `json:"message"`
	Receiver  string `json:"receiver"`
	Encrypted string `json:"encrypted,omitempty"`
}

type peerAnswer struct {
	Message   string `json:"message"`
	Receiver  string `json:"receiver"`
	Encrypted string `json:"encrypted"`
	Signature string `json:"signature"`
}

// TestIndependentCodec has the platform's own library encrypt for us, decrypt what we
// encrypted, and sign the same.
func TestIndependentCodec(t *testing.T) {
	folder := peer.Folder(t, "../../web", "@wecom/crypto")
	c := codec(t, ownToken, ownKey, ownCorp, "")
	messages := []string{"", "success", "中文回复 🍵", strings.Repeat("a", 10), strings.Repeat("茶", 3000), "<xml><A><![CDATA[x]]></A></xml>"}
	for n := range 33 { // every length of padding
		messages = append(messages, strings.Repeat("p", n))
	}
	var requests []peerRequest
	for _, message := range messages {
		encrypted, err := c.Encrypt([]byte(message))
		if err != nil {
			t.Fatal(err)
		}
		requests = append(requests,
			peerRequest{Op: "encrypt", Key: ownKey, Message: message, Receiver: ownCorp},
			peerRequest{Op: "decrypt", Key: ownKey, Encrypted: encrypted},
			peerRequest{Op: "sign", Token: ownToken, Timestamp: "1779238800", Nonce: "n-1", Encrypted: encrypted})
	}
	answers := askPeer(t, folder, requests)
	for i, message := range messages {
		encrypt, decrypt, sign := answers[3*i], answers[3*i+1], answers[3*i+2]
		if got, err := c.Decrypt(encrypt.Encrypted); err != nil || string(got) != message {
			t.Errorf("theirs of %q decrypts to %q, %v", message, got, err)
		}
		if decrypt.Message != message || decrypt.Receiver != ownCorp {
			t.Errorf("ours of %q decrypts to %q for %q", message, decrypt.Message, decrypt.Receiver)
		}
		if want := c.Sign("1779238800", "n-1", requests[3*i+2].Encrypted); sign.Signature != want {
			t.Errorf("%q: they sign %s, we %s", message, sign.Signature, want)
		}
	}
}

// askPeer runs the script over all requests.
func askPeer(t *testing.T, folder string, requests []peerRequest) []peerAnswer {
	t.Helper()
	var input, output, complaints bytes.Buffer
	encoder := json.NewEncoder(&input)
	for _, request := range requests {
		if err := encoder.Encode(request); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "peer.cjs"), folder)
	command.Stdin, command.Stdout, command.Stderr = &input, &output, &complaints
	if err := command.Run(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			t.Fatal("testdata/peer.cjs is missing")
		}
		t.Fatalf("%v: %s", err, complaints.String())
	}
	var answers []peerAnswer
	decoder := json.NewDecoder(&output)
	for range requests {
		var answer peerAnswer
		if err := decoder.Decode(&answer); err != nil {
			t.Fatalf("after %d answers: %v", len(answers), err)
		}
		answers = append(answers, answer)
	}
	return answers
}
