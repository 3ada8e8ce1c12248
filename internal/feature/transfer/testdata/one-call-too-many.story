# WeCom answers for each customer: who deleted the member meanwhile fails alone, with
# WeCom's reason and what to do.
member zhang 张三
member li 李四
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
fault callback_drop event=change_external_contact/del_external_contact
drop zhang wang
heal
hand zhang to=li as=one
items one waiting=1 failed=1
api owner GET /api/transfer/items?state=failed
stdout '"name":"王小明".*"code":[0-9]+,"reason":{"text":"[^"]+（[0-9]+）","en":"[^"]+ [(][0-9]+[)]"}'
