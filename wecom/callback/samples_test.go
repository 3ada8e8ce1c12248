package callback_test

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/internal/samples"
)

// TestOfficialSamples decodes every official callback sample, encodes it again and
// looks whether anything got lost.
func TestOfficialSamples(t *testing.T) {
	// No types are promised for these: they belong to calendars, approvals, the
	// workbench and the life of a third-party suite.
	untyped := map[string]bool{
		"AddSchedule": true, "DeleteSchedule": true, "ModifySchedule": true,
		"DeleteCalendar": true, "ModifyCalendar": true, "OpenApprovalChange": true,
		"ShareAgentChange": true, "SwitchWorkbenchMode": true, "CancelAuth": true,
		"ChangeAuth": true, "CreateAuth": true, "SuiteTicket": true,
	}
	// These show what a server answers, not what it receives: the media sits in an
	// element of its own, which no incoming message has.
	replies := map[string]bool{"MessageImage": true, "MessageVideo": true, "MessageVoice": true}

	seen := 0
	for _, file := range samples.Files(t, ".xml") {
		folder, name := path.Dir(file), strings.TrimSuffix(path.Base(file), ".xml")
		if folder != "push" && folder != "push-self-built" {
			continue
		}
		seen++
		t.Run(file, func(t *testing.T) {
			raw := samples.Read(t, "examples", file)
			event, err := callback.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			_, unknown := event.(*callback.Unknown)
			if want := folder == "push" && untyped[name]; unknown != want {
				t.Fatalf("decoded as %T", event)
			}
			if folder == "push" && replies[name] {
				return
			}
			compare(t, raw, event)
		})
	}
	if seen < 80 {
		t.Errorf("only %d samples were found", seen)
	}
}

// compare encodes an event and reports every text of the document that the
// encoding lacks.
func compare(t *testing.T, document []byte, event callback.Event) {
	t.Helper()
	encoded, err := callback.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	got := leaves(t, encoded)
	for _, leaf := range leaves(t, document) {
		i := slices.Index(got, leaf)
		if i < 0 {
			t.Errorf("%s got lost; encoded: %s", leaf, encoded)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	for _, leaf := range got {
		if !strings.HasSuffix(leaf, "=") {
			t.Errorf("%s was made up", leaf)
		}
	}
}

// leaves lists the texts of a document with their paths.
func leaves(t *testing.T, document []byte) []string {
	t.Helper()
	var (
		decoder = xml.NewDecoder(strings.NewReader(string(document)))
		stack   []string
		text    string
		found   []string
		leaf    bool
	)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			stack, text, leaf = append(stack, token.Name.Local), "", true
		case xml.CharData:
			text += string(token)
		case xml.EndElement:
			if leaf {
				found = append(found, strings.Join(stack, "/")+"="+strings.TrimSpace(text))
			}
			stack, leaf = stack[:len(stack)-1], false
		}
	}
}
