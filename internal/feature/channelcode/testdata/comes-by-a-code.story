# A customer scans a printed code: he is greeted, tagged, remarked and counted.
member zhang 张三
person wang 王小明
code 展会 members=zhang greeting=你好{客户昵称}，我是{成员姓名} tags=展会 remark=展会-
status 展会 live
serves 展会 zhang
scan wang 展会
chat wang zhang 你好王小明，我是张三
tags wang zhang 展会
told wang tag.added.channel 展会 展会
# The remark waits until WeCom has told the customer's name.
advance 5s
remark wang zhang 展会-王小明
count 展会 added=1 today=1 lost=0 deleted=0
delivery wang sent '"source":"claim"' '"claimer":"展会"'

# Everything that WeCom told is told again: nothing is counted, greeted or tagged twice.
repeat
count 展会 added=1 today=1 lost=0 deleted=0
chat wang zhang 你好王小明，我是张三
calls send_welcome_msg 1

# The next day the addition is of yesterday.
advance 24h
count 展会 added=1 today=0
