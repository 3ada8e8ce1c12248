# WeCom does not tell the customer's name in time: the greeting goes without it.
member zhang 张三
person wang 王小明
greeting company 您好{客户昵称}，我是{成员姓名}
line slow=15s get
add wang zhang unsettled
waits get 2
advance 3s unsettled
answered send_welcome_msg
line mend
advance 15s
chat wang zhang 您好，我是张三
delivery wang sent
