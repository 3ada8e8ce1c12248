package wecom_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/internal/samples"
)

// lost lists the fields of official samples that the types leave out on purpose, with
// the reason, by file and path.
func lost() map[string]string {
	const (
		school = "only in corps of schools 家校沟通"
		legacy = "superseded message kind that the documentation of message/send no longer has"
	)
	return map[string]string{
		"more/cgi-bin/externalcontact/get.response.json:external_contact.foreign_key":     school,
		"more/cgi-bin/externalcontact/get.response.json:external_contact.is_subscribe":    school,
		"more/cgi-bin/externalcontact/get.response.json:external_contact.subscriber_info": school,
		"more/cgi-bin/message/send.request.json:interactive_taskcard":                     legacy,
		"more/cgi-bin/message/send.request.json:template_msg":                             legacy,
		"more/cgi-bin/message/send.request.json:selected_ticket_list":                     "only for third-party apps, message with 选人授权",
	}
}

// TestOfficialSamples decodes every official sample of the operations here into its
// type, encodes it again, and looks whether a field got lost.
func TestOfficialSamples(t *testing.T) {
	byPath := map[string]operation{}
	for _, o := range operations() {
		byPath[o.path] = o
	}
	exceptions, used := lost(), map[string]bool{}
	seen := 0
	for _, file := range samples.Files(t, ".json") {
		_, rest, found := strings.Cut("/"+file, "/cgi-bin/")
		name, kind, ok := strings.Cut(rest, ".")
		o, known := byPath[name]
		if !found || !ok || !known {
			continue
		}
		newValue := o.response
		if kind == "request.json" {
			// The requests of GET operations are copies of their answers, see the index of
			// the samples; there is no body to have a type.
			if newValue = o.request; newValue == nil {
				continue
			}
		}
		seen++
		t.Run(file, func(t *testing.T) {
			for _, field := range roundTrip(t, samples.Read(t, "examples", file), newValue()) {
				key := file + ":" + field
				if _, excused := exceptions[key]; !excused {
					t.Errorf("%s got lost", field)
				}
				used[key] = true
			}
		})
	}
	for key := range exceptions {
		if !used[key] {
			t.Errorf("the exception %s is not needed", key)
		}
	}
	if seen < 100 {
		t.Errorf("only %d samples were found", seen)
	}
}

// TestOwnSamples does the same with testdata, which was written from the tables of
// fields, and demands that nothing is added either. Every operation must be there.
func TestOwnSamples(t *testing.T) {
	for _, o := range operations() {
		t.Run(o.path, func(t *testing.T) {
			if o.response != nil {
				exact(t, "testdata/cgi-bin/"+o.path+".response.json", o.response())
			}
			if o.request == nil {
				return
			}
			for _, file := range requests(t, o.path) {
				exact(t, file, o.request())
			}
		})
	}
}

// requests lists the request bodies of one operation in testdata: at least one.
func requests(t *testing.T, name string) []string {
	t.Helper()
	plain := "testdata/cgi-bin/" + name + ".request.json"
	kinds, err := filepath.Glob("testdata/cgi-bin/" + name + ".*.request.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(plain); err == nil {
		kinds = append(kinds, plain)
	}
	if len(kinds) == 0 {
		t.Fatalf("%s is missing", plain)
	}
	return kinds
}

// exact decodes and encodes a file and wants the same again.
func exact(t *testing.T, file string, into any) {
	t.Helper()
	document, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range roundTrip(t, document, into) {
		t.Errorf("%s: %s got lost", path.Base(file), field)
	}
	encoded, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range missing(generic(t, encoded), generic(t, document), "") {
		t.Errorf("%s: %s was made up", path.Base(file), field)
	}
}

// roundTrip decodes a document into a value and names the fields that encoding it does
// not bring back.
func roundTrip(t *testing.T, document []byte, into any) []string {
	t.Helper()
	if err := json.Unmarshal(document, into); err != nil {
		t.Fatalf("%T: %v", into, err)
	}
	encoded, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	return missing(generic(t, document), generic(t, encoded), "")
}

func generic(t *testing.T, document []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// missing names what want has and got has not.
func missing(want, got any, at string) []string {
	switch want := want.(type) {
	case map[string]any:
		object, _ := got.(map[string]any)
		var names []string
		for key, value := range want {
			if held, ok := object[key]; ok {
				names = append(names, missing(value, held, strings.TrimPrefix(at+"."+key, "."))...)
			} else {
				names = append(names, strings.TrimPrefix(at+"."+key, "."))
			}
		}
		slices.Sort(names)
		return names
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			return []string{at}
		}
		var names []string
		for i := range want {
			names = append(names, missing(want[i], list[i], fmt.Sprintf("%s[%d]", at, i))...)
		}
		return names
	default:
		if want != got {
			return []string{at}
		}
		return nil
	}
}
