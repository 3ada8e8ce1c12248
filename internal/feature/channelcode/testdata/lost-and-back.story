# Customers leave, are deleted and come back: each is counted for the code they came by.
member zhang 张三
person wang 王小明
code 甲码 members=zhang
code 乙码 members=zhang
scan wang 甲码
count 甲码 added=1 lost=0 deleted=0
advance 1h
lose wang zhang
count 甲码 added=1 lost=1 deleted=0
advance 1h
scan wang 乙码
count 甲码 added=1 lost=1 deleted=0
count 乙码 added=1 lost=0 deleted=0
advance 1h
drop zhang wang
count 甲码 added=1 lost=1 deleted=0
count 乙码 added=1 lost=0 deleted=1
advance 1h
scan wang 甲码
count 甲码 added=2 lost=1 deleted=0
api owner GET /api/channelcode/codes/{乙码}/changes
stdout '"kind":"deleted".*"kind":"added"'

# Repetition changes nothing.
repeat
count 甲码 added=2 lost=1 deleted=0
count 乙码 added=1 lost=0 deleted=1
