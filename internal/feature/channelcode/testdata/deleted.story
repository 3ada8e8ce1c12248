# A code is deleted while a customer waits for the member's confirmation: his addition
# still counts; after that the print is dead.
member zhang 张三
person wang 王小明
person zhao 赵敏
code 名片 members=zhang verify=yes greeting=你好
scan wang 名片
count 名片 added=0
api owner GET /api/channelcode/codes/{名片}/changes
stdout '"items":\[\]'
delete 名片
calls del_contact_way 1
! scan zhao 名片
tile channelcode.today 0
accept zhang wang
tile channelcode.today 1
# The console does not list it any more, the customer's story names it.
! api owner GET /api/channelcode/codes/{名片}
stdout '404'
api owner GET /api/channelcode/codes
stdout '"items":\[\]'
