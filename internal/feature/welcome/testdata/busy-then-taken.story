# WeCom refuses once, then another app is first: the log does not claim the other's
# greeting for ours.
member zhang 张三
person wang 王小明
greeting company 你好
fault busy operation=send_welcome_msg count=1
add wang zhang
taken wang zhang unsettled
advance 1s
! chat wang zhang 你好
delivery wang taken errcode=41051
