package corp

import (
	"fmt"
	"time"
)

// This file holds what the checks say. Places are those of WeCom's admin console
// (work.weixin.qq.com), in its own words, so that they can be found there.

func waitsForOthers() Words {
	return Words{"等前面的检查通过后再查", "Waits until the checks before it come out well"}
}

func suspended() Words {
	return Words{"该企业已停用", "This corp is suspended"}
}

func resume() Words {
	return Words{"由安装的所有者在「企业管理 → 企业列表」中恢复", "The owner of the installation can resume it under Corps"}
}

func reached() Words {
	return Words{"可以连接企业微信服务器", "WeCom's server can be reached"}
}

func clockRight() Words {
	return Words{"本机时间与企业微信一致", "This machine's clock agrees with WeCom's"}
}

func clockUntold() Words {
	return Words{"企业微信没有告知时间，未能核对", "WeCom told no time to compare with"}
}

func setClock() Words {
	return Words{
		"请为服务器开启时间同步（NTP，例如 chrony 或 systemd-timesyncd）。时间不准会使登录、回调校验和定时任务出错",
		"Switch time synchronisation on (NTP, such as chrony or systemd-timesyncd). A wrong clock breaks sign-in, callbacks and schedules",
	}
}

func zoneTold(zone, now string) Words {
	return Words{"时区 " + zone + "，当地时间 " + now, "Time zone " + zone + ", local time " + now}
}

func zoneUnknown(zone string) Words {
	return Words{
		fmt.Sprintf("没有时区 %q，暂按 UTC+8 计算每一天", zone),
		fmt.Sprintf("There is no time zone %q; days are counted in UTC+8 for now", zone),
	}
}

func chooseZone() Words {
	return Words{"请在「企业信息」中选择时区", "Choose the time zone under Corp"}
}

func corpIDUnproved() Words {
	return Words{"填写应用 Secret 后才能核对企业 ID", "Can be compared once the app's secret is filled in"}
}

func corpIDRight() Words {
	return Words{"企业 ID 正确", "The corp id is right"}
}

func corpIDWrong() Words {
	return Words{"企业微信不认识这个企业 ID", "WeCom does not know this corp id"}
}

func compareCorpID() Words {
	return Words{"企业 ID 以 ww 或 wx 开头，请完整复制，前后不要有空格；填错时请用正确的企业 ID 重新接入", "A corp id begins with ww or wx: copy all of it, without blanks; connect the corp again under the right one"}
}

func placeCorpID() Words {
	return Words{"企业微信管理后台 → 我的企业 → 企业信息 → 最下方「企业ID」", "WeCom admin → 我的企业 → 企业信息 → 企业ID at the bottom"}
}

func noApp() Words {
	return Words{"尚未填写应用的 AgentId 与 Secret", "The app's AgentId and secret are not filled in yet"}
}

func fillInApp() Words {
	return Words{"请创建一个自建应用，把它的 AgentId 与 Secret 填到这里", "Create a self-built app and fill its AgentId and secret in here"}
}

func secretRight() Words {
	return Words{"Secret 正确", "The secret is right"}
}

func secretWrong() Words {
	return Words{"企业微信拒绝了这个 Secret", "WeCom refuses this secret"}
}

func copySecret() Words {
	return Words{
		"请重新查看并复制该应用的 Secret，再填到这里。请勿反复尝试：连续出错会使本机 IP 被企业微信封禁一小时，因此同一个 Secret 一小时内不会再试",
		"Look the app's secret up again, copy it and fill it in. Do not try over and over: WeCom blocks an address for an hour after several wrong ones, so the same secret is not tried again within the hour",
	}
}

func blocked() Words {
	return Words{"企业微信暂时不接受来自本机的请求：Secret 连续出错，或调用过于频繁", "WeCom takes no requests from here for now: the secret was wrong several times, or calls were too many"}
}

func waitAnHour() Words {
	return Words{"请先核对 Secret，等一小时后再检查", "Compare the secret, then check again in an hour"}
}

func placeApp() Words {
	return Words{"企业微信管理后台 → 应用管理 → 应用 → 自建 → 选择应用，页面上方的 AgentId 与 Secret", "WeCom admin → 应用管理 → 应用 → 自建 → the app: AgentId and Secret at the top"}
}

func ipRight() Words {
	return Words{"服务器的出口 IP 可以调用接口", "This server's address may call"}
}

func placeIP() Words {
	return Words{"企业微信管理后台 → 应用管理 → 选择应用 → 开发者接口 → 企业可信IP → 配置", "WeCom admin → 应用管理 → the app → 开发者接口 → 企业可信IP → 配置"}
}

func appOff() Words {
	return Words{"应用已停用", "The app is switched off"}
}

func enableApp() Words {
	return Words{"请在应用页面重新启用该应用；长期未使用的应用会被企业微信自动停用", "Enable the app on its page; WeCom switches off apps that nobody has used for long"}
}

func placeAppList() Words {
	return Words{"企业微信管理后台 → 应用管理 → 自建 → 选择应用 → 启用应用", "WeCom admin → 应用管理 → 自建 → the app → 启用应用"}
}

func copyAgent() Words {
	return Words{"请从同一个应用的页面同时复制 AgentId 与 Secret", "Copy AgentId and secret from the page of the same app"}
}

func rangeEmpty() Words {
	return Words{"应用的可见范围为空：系统看不到任何成员和客户", "The app's range is empty: no member and no customer can be seen"}
}

func widenRange() Words {
	return Words{"请把需要使用本系统的部门或成员加入可见范围，通常选择整个企业", "Add the departments or members who are to use this product, usually the whole corp"}
}

func placeRange() Words {
	return Words{"企业微信管理后台 → 应用管理 → 选择应用 → 可见范围 → 编辑", "WeCom admin → 应用管理 → the app → 可见范围 → 编辑"}
}

func appNotListed() Words {
	return Words{"应用没有客户联系的调用权限", "The app may not use customer contact (客户联系)"}
}

func listApp() Words {
	return Words{"请把该应用加入「可调用接口的应用」，保存后稍等片刻再检查", "Add the app to 可调用接口的应用, save, and check again after a moment"}
}

func placeListApp() Words {
	return Words{"企业微信管理后台 → 客户与上下游 → 客户联系 → 客户 → API → 可调用接口的应用", "WeCom admin → 客户与上下游 → 客户联系 → 客户 → API → 可调用接口的应用"}
}

func nobodyServes() Words {
	return Words{"还没有成员开通客户联系", "No member has customer contact (客户联系) yet"}
}

func noRightToServe() Words {
	return Words{"没有外部联系人权限", "There is no right for external contacts"}
}

func letServe() Words {
	return Words{"请把要服务客户的成员加入客户联系的使用范围", "Add the members who serve customers to the range of customer contact"}
}

func placeServe() Words {
	return Words{"企业微信管理后台 → 客户与上下游 → 客户联系 → 权限配置 → 使用范围", "WeCom admin → 客户与上下游 → 客户联系 → 权限配置 → 使用范围"}
}

func rangeTooSmall() Words {
	return Words{"应用对客户联系的成员没有权限", "The app has no right for the members who serve customers"}
}

func nothingCame() Words {
	return Words{"还没有收到企业微信的任何请求", "Nothing has come from WeCom yet"}
}

func saveCallback() Words {
	return Words{
		"请在接收消息设置中填入本页的 URL、Token 与 EncodingAESKey 并点击保存：企业微信会立即来校验。若保存时提示失败，说明外网无法访问该 URL，请检查域名、端口和防火墙",
		"Fill in URL, Token and EncodingAESKey of this page under 接收消息 and save: WeCom comes to verify at once. If saving fails, the URL cannot be reached from the internet: check domain, port and firewall",
	}
}

func copyCallback() Words {
	return Words{
		"请在本页重新生成 Token 与 EncodingAESKey，把两者完整复制到接收消息设置中再保存",
		"Make Token and EncodingAESKey anew on this page, copy both in full to 接收消息, and save there",
	}
}

func placeCallback() Words {
	return Words{"企业微信管理后台 → 应用管理 → 选择应用 → 接收消息 → 设置API接收", "WeCom admin → 应用管理 → the app → 接收消息 → 设置API接收"}
}

func setPublicURL() Words {
	return Words{
		"试用时可以忽略。正式使用时请准备一个已备案的域名指向本机，并在配置中设置 http.public_url（须为 https）",
		"May be ignored while trying it out. For real use, point a registered domain here and set http.public_url (https) in the configuration",
	}
}

func placeDomain() Words {
	return Words{
		"企业微信管理后台 → 应用管理 → 选择应用 → 开发者接口 → 网页授权及JS-SDK → 设置可信域名；扫码登录另在同页的「企业微信授权登录 → 设置授权回调域」",
		"WeCom admin → 应用管理 → the app → 开发者接口 → 网页授权及JS-SDK → 设置可信域名; for sign-in by scan also 企业微信授权登录 → 设置授权回调域 on the same page",
	}
}

func unreachable(host, why string) Words {
	return Words{
		fmt.Sprintf("无法连接企业微信服务器 %s：%s", host, why),
		fmt.Sprintf("WeCom's server %s cannot be reached: %s", host, why),
	}
}

func openWay(host string) Words {
	return Words{
		fmt.Sprintf("请检查 DNS、防火墙和代理，允许本机访问 %s；使用代理时设置环境变量 HTTPS_PROXY", host),
		fmt.Sprintf("Check DNS, firewall and proxy: this machine has to reach %s; with a proxy, set HTTPS_PROXY", host),
	}
}

func clockOff(skew time.Duration) Words {
	if skew > 0 {
		return Words{"本机时间比企业微信快 " + ago(skew), "This machine's clock is " + ago(skew) + " ahead of WeCom's"}
	}
	return Words{"本机时间比企业微信慢 " + ago(skew), "This machine's clock is " + ago(skew) + " behind WeCom's"}
}

func ipRefused(ip string) Words {
	if ip == "" {
		return Words{"服务器的出口 IP 不在企业可信IP 中", "This server's address is not trusted"}
	}
	return Words{
		fmt.Sprintf("服务器的出口 IP %s 不在企业可信IP 中", ip),
		fmt.Sprintf("This server's address %s is not among the trusted ones (企业可信IP)", ip),
	}
}

func allowIP(ip string) Words {
	if ip == "" {
		ip = "…"
	}
	return Words{
		fmt.Sprintf("请把 %s 加入企业可信IP，约一分钟后生效。出口 IP 应当固定；若该设置是灰色的，请先完成接收消息或可信域名", ip),
		fmt.Sprintf("Add %s to 企业可信IP; it takes about a minute. The address should be a fixed one; if the setting is greyed out, finish 接收消息 or the trusted domain first", ip),
	}
}

func agentRight(name string) Words {
	return Words{fmt.Sprintf("AgentId 正确，应用「%s」已启用", name), fmt.Sprintf("The AgentId is right, the app %q is enabled", name)}
}

func agentWrong(agent int64) Words {
	return Words{
		fmt.Sprintf("AgentId %d 与 Secret 不属于同一个应用", agent),
		fmt.Sprintf("AgentId %d and the secret belong to different apps", agent),
	}
}

func rangeSet(departments, members, tags int) Words {
	return Words{
		fmt.Sprintf("可见范围：%d 个部门、%d 名成员、%d 个标签", departments, members, tags),
		fmt.Sprintf("Visible: departments %d, members %d, tags %d", departments, members, tags),
	}
}

func membersServe(n int) Words {
	return Words{fmt.Sprintf("可以读取客户：%d 名成员开通了客户联系", n), fmt.Sprintf("Customers can be read: %d members serve them", n)}
}

func eventsCome(at string) Words {
	return Words{"回调正常，最近一次 " + at, "Callbacks come, the last at " + at}
}

func addressVerified(at string) Words {
	return Words{
		"回调地址已于 " + at + " 通过校验，等待第一个事件。请确认已勾选「外部联系人变更」「客户群变更」「通讯录变更」",
		"The address was verified at " + at + "; the first event is awaited. See that 外部联系人变更, 客户群变更 and 通讯录变更 are switched on",
	}
}

func tokenDiffers(at string) Words {
	return Words{at + " 收到请求，但签名不符：两边的 Token 不一致", "A request came at " + at + ", but its signature is wrong: the Token here is another than there"}
}

func keyDiffers(at string) Words {
	return Words{at + " 收到请求，但无法解密：两边的 EncodingAESKey 不一致", "A request came at " + at + " that cannot be decrypted: the EncodingAESKey here is another than there"}
}

func receiverDiffers(at string) Words {
	return Words{at + " 收到请求，但属于另一家企业：请核对企业 ID", "A request came at " + at + " that is meant for another corp: compare the corp id"}
}

func domainTrusted(host string) Words {
	return Words{host + " 已是应用的可信域名", host + " is a trusted domain of the app"}
}

func domainUntrusted(host, trusted string) Words {
	if trusted == "" {
		return Words{"应用还没有设置可信域名", "The app has no trusted domain yet"}
	}
	return Words{
		fmt.Sprintf("应用的可信域名是 %s，不是 %s：在企业微信里打开的页面和扫码登录会失败", trusted, host),
		fmt.Sprintf("The app's trusted domain is %s, not %s: pages inside WeCom and sign-in by scan will fail", trusted, host),
	}
}

func notPublic(host string) Words {
	return Words{
		fmt.Sprintf("当前地址 %s 不是公网域名，企业微信无法访问", host),
		fmt.Sprintf("The address %s is no public domain; WeCom cannot reach it", host),
	}
}

func uploadFile(host string) Words {
	return Words{
		fmt.Sprintf("请在设置可信域名时下载校验文件 WW_verify_….txt，上传到本页，然后填写域名 %s 并勾选校验", host),
		fmt.Sprintf("Download WW_verify_….txt where the trusted domain is set, upload it on this page, then enter %s there and verify", host),
	}
}

func fileWaits(name, host string) Words {
	return Words{
		fmt.Sprintf("校验文件 %s 已就绪，但 %s 还不是应用的可信域名", name, host),
		fmt.Sprintf("The file %s is in place, but %s is no trusted domain of the app yet", name, host),
	}
}

func enterDomain(host string) Words {
	return Words{
		fmt.Sprintf("请在设置可信域名处填写 %s 并完成校验；主机名与端口须完全一致", host),
		fmt.Sprintf("Enter %s as the trusted domain and verify it; host and port must be exactly these", host),
	}
}

func said(text string) Words {
	return Words{"企业微信没有正常应答：" + text, "WeCom did not answer as it should: " + text}
}
