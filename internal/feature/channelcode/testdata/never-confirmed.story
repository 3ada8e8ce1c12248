# A customer whom the member never confirmed was not added, so he is not lost either.
member zhang 张三
person wang 王小明
code 转介绍 members=zhang verify=yes
scan wang 转介绍
count 转介绍 added=0 lost=0
lose wang zhang
advance 1m
count 转介绍 added=0 lost=0

# Once confirmed he counts.
scan wang 转介绍
accept zhang wang
count 转介绍 added=1 lost=0
