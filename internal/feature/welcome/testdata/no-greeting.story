# Nothing is set: the customer gets nothing, and the log says so.
member zhang 张三
person wang 王小明
add wang zhang
chat wang zhang
delivery wang none

# WeCom's own console greets for the member: WeCom gives no code, and we do nothing.
member li 李四 console=greets
greeting company 你好
person zhao 赵敏
add zhao li
chat zhao li
delivery zhao nothing
