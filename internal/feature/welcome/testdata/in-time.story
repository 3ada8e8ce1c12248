# A customer adds a member and is greeted by the narrowest greeting: member, department
# (upwards), company.
department 2 销售部
department 3 华东组
member zhang 张三
member li 李四 department=2
member wu 吴七 department=2
person a 甲
person b 乙
person c 丙
greeting company 欢迎{客户昵称}
greeting department 2 销售部{成员姓名}为您服务
greeting member wu 我是吴七
add a zhang
chat a zhang 欢迎甲
delivery a sent '"source":"company"' tries=1
add b li
chat b li 销售部李四为您服务
delivery b sent '"source":"department"'
add c wu
chat c wu 我是吴七
delivery c sent '"source":"member"'

# One that is switched off does not count; the next wider one is sent.
person d 丁
api owner GET /api/welcome/greetings
stdout '"targetName":"吴七"'
