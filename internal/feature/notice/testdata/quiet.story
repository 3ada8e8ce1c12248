# It is ten in the morning, which the corp has made quiet: what is told waits for the end of
# the hours and comes as one message.
member zhang 张三
person wang 王小明
person li 李小红
add wang zhang
add li zhang
api owner PUT /api/notice/setting {"quiet":true,"from":"09:00","to":"11:00","kinds":[]}
stdout '^200'
# A decision about a kind alone leaves the hours as they are.
api owner PUT /api/notice/setting {"kinds":[{"key":"churn.lost","policy":"choice"}]}
stdout '"quiet":true,"from":"09:00","to":"11:00"'
lose wang zhang
lose li zhang
calls send 0
api owner GET /api/churn/losses
stdout '"notice":"held","reason":{"code":"quiet"}'
api owner GET /api/notice/messages?state=held
stdout '"heldUntil":'
advance 61m
calls send 1
api owner GET /api/churn/losses
! stdout '"notice":"held"'
stdout '"notice":"sent".*"notice":"sent"'
! api owner PUT /api/notice/setting {"quiet":true,"from":"9:00","to":"11:00","kinds":[]}
stdout '^422'
! api owner PUT /api/notice/setting {"quiet":true,"from":"09:00","to":"09:00","kinds":[]}
stdout '^422'
! api owner PUT /api/notice/setting {"quiet":false,"from":"09:00","to":"11:00","kinds":[{"key":"odd.kind","policy":"off"}]}
stdout '^422'
