# WeCom refuses what is sent for a reason that trying again does not mend.
member zhang 张三
person wang 王小明
greeting company 你好
fault errcode operation=send_welcome_msg code=48002
add wang zhang
advance 1s
chat wang zhang
delivery wang refused errcode=48002
