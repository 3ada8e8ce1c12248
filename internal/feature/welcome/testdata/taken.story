# Another app of the corp was first, or the customer spoke first: nothing of ours is sent.
member zhang 张三
person wang 王小明
greeting company 你好
line slow=5s send_welcome_msg 1
add wang zhang unsettled
waits send_welcome_msg
taken wang zhang unsettled
advance 5s
! chat wang zhang 你好
delivery wang taken errcode=41051
