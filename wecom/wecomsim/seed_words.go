package wecomsim

import "strings"

// This file holds the words from which a seeded world is made.

func words(s string) []string { return strings.Fields(s) }

// vocabulary is what a seeder draws from, made once per seed.
type vocabulary struct {
	surnames, male, female, nicknames, departments, positions, companies []string
	places, kinds, descriptions, customerLines, memberLines              []string
	salutations, remarkNotes, personalTags                               []string
}

func newVocabulary() vocabulary {
	v := vocabulary{
		surnames: surnames(), male: givenNames(1), female: givenNames(2), nicknames: nicknames(), departments: departmentNames(),
		positions: positions(), companies: companies(), descriptions: descriptions(), customerLines: customerLines(), memberLines: memberLines(),
		salutations: words(`先生 女士 总 老师 姐 哥 老板`), remarkNotes: words(`上海 杭州 VIP 护肤 展会 老客户`), personalTags: words(`好说话 常客 急性子 砍价高手`),
	}
	v.places, v.kinds = groupWords()
	return v
}

// givenNames are the given names for a gender; unknown counts as male.
func (v *vocabulary) givenNames(gender int) []string {
	if gender == 2 {
		return v.female
	}
	return v.male
}

func surnames() []string {
	return words(`王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 欧阳 上官 司马 诸葛`)
}

func givenNames(gender int) []string {
	if gender == 2 {
		return words(`芳 娜 敏 静 丽 艳 娟 霞 秀英 桂英 婷 雪 琳 玉兰 欣怡 梓涵 诗涵 雨桐 佳怡 思琪 梦瑶 晓燕 丹 红 慧 莹 倩 洁 颖 露 瑶 怡 婷婷 雅静 佩珊 若曦 语嫣 静怡 晓彤 春梅 海燕 小红 文静 美玲 淑珍 可欣 一诺 依诺 子萱 雨欣`)
	}
	return words(`伟 强 磊 军 洋 勇 杰 涛 明 超 刚 平 辉 鹏 华 建国 建华 志强 国庆 海涛 浩然 子轩 宇轩 浩宇 俊杰 博文 天宇 文博 志远 家豪 宇航 泽宇 子墨 思远 一鸣 晨 斌 波 凯 峰 亮 飞 龙 健 伟东 晓东 立新 德华 文杰 永强`)
}

// nicknames are WeChat nicknames, also the nasty ones that real customers
// have: emoji with modifiers, right-to-left and zero-width characters, markup,
// quotes, spaces, one symbol.
func nicknames() []string {
	return []string{
		"阳光总在风雨后", "🌸小确幸🌸", "A建材批发－老周13800", "静待花开", "岁月静好", "一路向北", "Kevin Zhang", "爱笑的眼睛😊",
		"云淡风轻", "🐷猪猪侠", "往事随风", "大海的方向", "Lily 李莉", "平平淡淡才是真", "🇨🇳中国加油", "心若向阳", "快乐每一天🎈",
		"AAA装修王哥", "。", "～", "ℳ𝒾𝓈𝓈 ℒ𝒾𝓃", "👨‍👩‍👧‍👦幸福一家", "诚信赢天下", "<b>粗体</b>", "O'Brien \"小布\"", "🤷🏻‍♀️随便吧",
		"彼岸花开", "小鱼儿🐟", "ＡＢＣ外贸", "慢生活", "\u200b透明人\u200b", "مرحبا 世界", "Tom&Jerry", "   空格   ", "阿Null", "老王家的猫🐱",
		"不忘初心", "天道酬勤", "海阔天空", "北极星⭐", "清风徐来", "花开富贵", "人生如茶", "梦想起航🚀", "简单爱", "夏天的味道🍉",
		"小雨点", "随遇而安", "追梦人", "木子李", "弓长张", "口天吴", "一米阳光", "橙子味的夏天🍊", "Sunny", "Jason_深圳", "阿杰", "晴天☀️",
	}
}

func departmentNames() []string {
	return words(`华东销售部 华南销售部 华北销售部 客户成功部 市场部 门店运营部 西南销售部 大客户部 电商部 售后服务部 渠道部 会员中心`)
}

func positions() []string {
	return words(`销售顾问 高级销售顾问 客户经理 门店店长 导购 客户成功经理 市场专员 社群运营 区域经理 售后工程师`)
}

func companies() []string {
	return words(`上海明远贸易 杭州云帆科技 深圳前海智联 广州南粤食品 苏州锦绣纺织 南京金陵装饰 成都天府餐饮 武汉长江物流 宁波港航供应链 青岛海之源 厦门鹭岛旅游 重庆山城火锅 西安大唐文旅 郑州中原机械 长沙湘江传媒 合肥科大智能 东莞鸿运五金 佛山陶瓷世家 天津滨海重工 大连北方海产`)
}

// tagWords are the seeded groups of customer tags with their tags.
func tagWords() [][]string {
	return [][]string{
		{"客户等级", "一般", "重要", "核心", "黑名单"},
		{"客户来源", "门店扫码", "展会", "抖音", "小红书", "老客户介绍", "公众号", "官网"},
		{"意向", "高意向", "中意向", "低意向", "已成交", "暂不考虑"},
		{"所在地区", "上海", "江苏", "浙江", "广东", "北京", "四川"},
		{"产品兴趣", "护肤", "彩妆", "母婴", "家居", "食品", "数码"},
		{"生日月份", "一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"},
	}
}

func groupWords() (places, kinds []string) {
	return words(`上海 杭州 南京 苏州 广州 深圳 北京 成都 武汉 宁波 陆家嘴 徐家汇 天河 南山 朝阳`),
		words(`VIP客户群 福利群 新品尝鲜群 会员交流群 团购群 售后服务群 门店顾客群 宝妈群 老客户群 秒杀群`)
}

func descriptions() []string {
	return words(`门店扫码添加，对新品感兴趣 老客户介绍，预算充足 展会认识，下周回访 喜欢晚上联系 需要发票 关注价格 已购买两次 想了解代理政策 孩子三岁，关注母婴 客户要求送货上门`)
}

func customerLines() []string {
	return []string{
		"你好，想了解一下你们的产品", "这个多少钱？", "有优惠吗", "可以开发票吗？", "什么时候发货", "收到了，谢谢😊", "在吗", "周末门店营业到几点？",
		"好的，我考虑一下", "能发个图片看看吗", "上次买的挺好用的👍", "有没有会员活动", "地址发我一下",
	}
}

func memberLines() []string {
	return []string{
		"您好，很高兴为您服务！", "这款现在有活动，满300减50", "可以的，您方便留一下收件信息吗？", "已经帮您登记好了", "门店营业到晚上九点半，欢迎光临",
		"给您发一下产品介绍", "没问题，有需要随时找我", "明天给您安排发货", "感谢您的支持🙏",
	}
}
