# The access token dies between the addition and the greeting.
member zhang 张三
person wang 王小明
greeting company 你好
expire
add wang zhang
chat wang zhang 你好
delivery wang sent
