package customer

import (
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
)

// word is said in a file, in Chinese and in English.
type word [2]string

func (w word) in(english bool) string {
	if english {
		return w[1]
	}
	return w[0]
}

// dictionary is what codes are called in a file.
type dictionary struct {
	ways      map[int]word // add_way (developer.work.weixin.qq.com/document/path/92114)
	standings map[mirror.Standing]word
	genders   map[int]word
	types     map[int]word
}

func words() dictionary {
	return dictionary{
		ways: map[int]word{
			0:   {"未知来源", "Unknown source"},
			1:   {"扫描二维码", "QR code"},
			2:   {"搜索手机号", "Phone number search"},
			3:   {"名片分享", "Shared card"},
			4:   {"群聊", "Group chat"},
			5:   {"手机通讯录", "Phone contacts"},
			6:   {"微信联系人", "WeChat contact"},
			8:   {"第三方客服自动添加", "Third-party service account"},
			9:   {"搜索邮箱", "E-mail search"},
			10:  {"视频号", "WeChat Channels"},
			11:  {"日程参与人", "Calendar participant"},
			12:  {"会议参与人", "Meeting participant"},
			13:  {"微信好友的企业微信", "WeCom of a WeChat friend"},
			14:  {"智慧硬件", "Smart hardware"},
			15:  {"上门服务", "On-site service"},
			16:  {"获客链接", "Acquisition link"},
			17:  {"定制开发", "Custom development"},
			18:  {"需求回复", "Reply to a request"},
			24:  {"接受微信好友申请", "Accepted WeChat request"},
			201: {"成员共享", "Shared by a member"},
			202: {"管理员分配", "Assigned by an administrator"},
		},
		standings: map[mirror.Standing]word{
			mirror.Stands:     {"跟进中", "Followed"},
			mirror.Half:       {"待成员通过", "To be confirmed"},
			mirror.Lost:       {"客户已删除成员", "Lost: deleted the member"},
			mirror.Deleted:    {"成员已删除客户", "Deleted by the member"},
			mirror.Gone:       {"已结束（原因未知）", "Ended, reason unknown"},
			mirror.HandedOver: {"已转移给其他成员", "Handed over"},
		},
		genders: map[int]word{1: {"男", "Male"}, 2: {"女", "Female"}},
		types:   map[int]word{1: {"微信", "WeChat"}, 2: {"企业微信", "WeCom"}},
	}
}

func (d dictionary) way(code int) word {
	if w, known := d.ways[code]; known {
		return w
	}
	return word{"其他（" + strconv.Itoa(code) + "）", "Other (" + strconv.Itoa(code) + ")"}
}
