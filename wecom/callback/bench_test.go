package callback

import "testing"

// BenchmarkOpen is what a callback costs before it is stored: envelope, signature and
// decryption.
func BenchmarkOpen(b *testing.B) {
	c, err := New(ownToken, ownKey, ownCorp)
	if err != nil {
		b.Fatal(err)
	}
	query, body, err := c.Seal(make([]byte, 600), ownCorp, "7", 1779238800, "n")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Open(query, body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse is what understanding it costs afterwards.
func BenchmarkParse(b *testing.B) {
	event := &AddExternalContact{
		Header:      Header{ToUserName: ownCorp, FromUserName: "sys", CreateTime: 1779238800, MsgType: MsgEvent, Event: "change_external_contact", ChangeType: "add_external_contact"},
		FollowRef:   FollowRef{UserID: "zhoujian", ExternalUserID: "wmQhZ7tRkAAAXb3nL0pVgW2cYdFsKeMq"},
		State:       "booth7",
		WelcomeCode: "WELCOME",
	}
	document, err := Marshal(event)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(document); err != nil {
			b.Fatal(err)
		}
	}
}
