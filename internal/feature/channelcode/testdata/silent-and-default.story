# What a code says of the greeting: its own, none, or the company's.
member zhang 张三
person wang 王小明
person zhao 赵敏
greeting company 公司欢迎您
code 安静 members=zhang greeting=none
code 普通 members=zhang
scan wang 安静
chat wang zhang
delivery wang none '"claimer":"安静"'
scan zhao 普通
chat zhao zhang 公司欢迎您
delivery zhao sent '"source":"company"'
