// Package product is the list of features: the only place where one is registered.
package product

import (
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/access"
	"github.com/queqiao-scrm/queqiao/internal/feature/account"
	"github.com/queqiao-scrm/queqiao/internal/feature/audit"
	"github.com/queqiao-scrm/queqiao/internal/feature/channelcode"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/feature/eventlog"
	"github.com/queqiao-scrm/queqiao/internal/feature/export"
	"github.com/queqiao-scrm/queqiao/internal/feature/followup"
	"github.com/queqiao-scrm/queqiao/internal/feature/home"
	"github.com/queqiao-scrm/queqiao/internal/feature/intention"
	"github.com/queqiao-scrm/queqiao/internal/feature/network"
	"github.com/queqiao-scrm/queqiao/internal/feature/notice"
	"github.com/queqiao-scrm/queqiao/internal/feature/picture"
	"github.com/queqiao-scrm/queqiao/internal/feature/privacy"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/feature/setup"
	"github.com/queqiao-scrm/queqiao/internal/feature/stage"
	"github.com/queqiao-scrm/queqiao/internal/feature/tag"
	"github.com/queqiao-scrm/queqiao/internal/feature/transfer"
	"github.com/queqiao-scrm/queqiao/internal/feature/view"
	"github.com/queqiao-scrm/queqiao/internal/feature/welcome"
)

// Features are what the product consists of, in the order of start.
func Features() []feature.New {
	return []feature.New{
		access.New,      // 角色与范围
		account.New,     // 登录
		audit.New,       // 操作日志
		home.New,        // 首页
		picture.New,     // 图片中转
		channelcode.New, // 渠道活码
		welcome.New,     // 欢迎语
		customer.New,    // 客户
		profile.New,     // 客户资料
		transfer.New,    // 离职继承、在职继承
		churn.New,       // 流失提醒
		stage.New,       // 客户阶段
		intention.New,   // 客户意向
		followup.New,    // 跟进记录与待办
		tag.New,         // 标签
		eventlog.New,    // 事件日志
		export.New,      // 导出记录
		view.New,        // 视图
		privacy.New,     // 个人信息请求
		network.New,     // 外联主机
		notice.New,      // 成员通知
		setup.New,       // 接入企业微信、系统健康
	}
}
