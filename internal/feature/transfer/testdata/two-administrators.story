# Two hand over the same customer: the second is told who the first was, and nothing of
# his is begun.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
hand zhang to=li as=one
add chen zhang
! api team:zhang+zhao:transfer.write POST /api/transfer/transfers '{"from":["zhang"],"customers":"all","groups":"none","to":["zhao"],"spread":"even","expect":{"customers":2,"groups":0}}'
stdout '^409.*正在由「owner」转接'
api owner GET /api/transfer/transfers
stdout '^200 .*"waiting":1'
! stdout '赵六'
# The preview leaves out what is on its way and says whose it is.
api owner POST /api/transfer/preview '{"from":["zhang"],"customers":"all","groups":"none","to":["zhao"],"spread":"even"}'
stdout '"customers":1,.*"why":"busy","count":1,"by":\["owner"\]'
# What changed since the preview is not begun unseen.
! api owner POST /api/transfer/transfers '{"from":["zhang"],"customers":"all","groups":"none","to":["zhao"],"spread":"even","expect":{"customers":7,"groups":0}}'
stdout '^409'
