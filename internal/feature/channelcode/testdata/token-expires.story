# The access token dies in mid-work: nobody notices.
member zhang 张三
person wang 王小明
code 展会 members=zhang greeting=你好 tags=展会
expire
scan wang 展会
chat wang zhang 你好
tags wang zhang 展会
count 展会 added=1
expire
edit 展会 greeting=再见
status 展会 live
