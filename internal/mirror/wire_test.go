package mirror_test

import (
	"fmt"
	"time"
)

// event1 writes a change_external_contact callback by hand.
func event1(change, member, external, corp string, at time.Time, more string) string {
	return fmt.Sprintf(`<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>`+
		`<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event>`+
		`<ChangeType><![CDATA[%s]]></ChangeType><UserID><![CDATA[%s]]></UserID><ExternalUserID><![CDATA[%s]]></ExternalUserID>%s</xml>`,
		corp, at.Unix(), change, member, external, more)
}
