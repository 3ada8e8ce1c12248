# A customer deletes a member, who has switched the notice off for himself; the corp forces it;
# the administrator sees all of it, the member what concerns him.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
api self:zhang GET /api/notice/mine/choices
stdout '^200'
stdout '"member":true.*"key":"churn.lost".*"wanted":true,"forced":false'
api self:zhang PUT /api/notice/mine/choices {"key":"churn.lost","wanted":false}
stdout '"key":"churn.lost".*"wanted":false,"forced":false'
lose wang zhang
calls send 0
api self:zhang GET /api/notice/mine
stdout '"kind":"churn.lost".*"state":"off","reason":{"code":"offByMember"}'

api owner PUT /api/notice/setting {"quiet":false,"from":"22:00","to":"08:00","kinds":[{"key":"churn.lost","policy":"forced"}]}
stdout '^200'
stdout '"key":"churn.lost".*"policy":"forced"'
! api self:zhang PUT /api/notice/mine/choices {"key":"churn.lost","wanted":false}
stdout '^409'
advance 1h
add wang zhang
advance 1h
lose wang zhang
calls send 1
api owner GET /api/notice/messages/count
stdout '"count":2,"exact":true'
api owner GET /api/notice/messages?state=sent&kind=churn.lost&member=zhang
stdout '"memberName":"张三".*"title":"客户流失提醒".*"state":"sent"'
api self:li GET /api/notice/mine
stdout '"items":\[\]'
! api self:li GET /api/notice/messages
stdout '^403'
api self:li:notice.read GET /api/notice/messages
stdout '"items":\[\]'
