# Who came by a code, left, and came back in another way is not lost to the code twice.
member zhang 张三
person wang 王小明
code 展会 members=zhang
scan wang 展会
advance 1h
lose wang zhang
count 展会 added=1 lost=1 deleted=0
advance 1h
add wang zhang
advance 1h
lose wang zhang
count 展会 added=1 lost=1 deleted=0

# The member deletes whom he had lost: that is a figure of its own, once.
advance 1h
add wang zhang
advance 1h
drop zhang wang
count 展会 added=1 lost=1 deleted=1
repeat
count 展会 added=1 lost=1 deleted=1

# By the code again it counts again.
advance 1h
scan wang 展会
advance 1h
lose wang zhang
count 展会 added=2 lost=2 deleted=1
