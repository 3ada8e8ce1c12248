package privacy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const readmeZH = `本压缩包是企业在鹊桥系统中持有的关于您的全部信息。

personal.json   全部内容，供程序读取
*.csv           同样的内容，可用表格软件打开
files/          跟进记录的图片与客户资料中的文件

企业的操作日志依法单独保存，记录员工做过的操作，不在其中。
企业微信自身保存的信息（聊天记录等）不由本系统持有，请向企业在企业微信中的管理员提出。
`

const readmeEN = `This archive is everything that the company keeps about you in Queqiao.

personal.json   all of it, for programs
*.csv           the same, for spreadsheets
files/          pictures of notes and files of the profile

The company's audit log of what its staff did is kept apart, as the law asks, and is not part of it.
What WeCom itself keeps (such as chats) is not held by this system; please ask the company's WeCom administrators.
`

// certificate hands out the proof of an erasure: nothing in it leads back to the person.
func (s *service) certificate(w http.ResponseWriter, req *http.Request) error {
	_, r, err := s.asked(req)
	if err != nil {
		return err
	}
	if r.Kind != Erase || r.State != Done {
		return fault.New(fault.NotFound, "删除还没有完成，没有删除证明")
	}
	parts, err := r.parts()
	if err != nil {
		return err
	}
	english := req.URL.Query().Get("english") == "true"
	name := "删除证明"
	if english {
		name = "erasure-certificate"
	}
	web.Attach(w, name+"-"+r.ID.String()+".txt", "text/plain; charset=utf-8")
	_, err = io.WriteString(w, proof(r, parts, english, s.corps.Location(req.Context(), r.Corp)))
	return err
}

// proof is the text of a certificate.
func proof(r request, parts []Part, english bool, zone *time.Location) string {
	word := func(zh, en string) string {
		if english {
			return en
		}
		return zh
	}
	when := func(ms int64) string { return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04:05 -07:00") }
	var b strings.Builder
	line := func(zh, en string, values ...any) { fmt.Fprintf(&b, word(zh, en)+"\n", values...) }
	line("个人信息删除证明", "Certificate of erasure")
	b.WriteString("\n")
	line("编号：%s", "Number: %s", r.ID)
	line("企业：%s", "Corp: %s", r.Corp)
	line("客户标识的 SHA-256：%s", "SHA-256 of the customer's identifier: %s", r.Hash)
	line("提出：%s", "Asked for: %s", when(r.CreatedAt))
	line("完成：%s", "Completed: %s", when(r.FinishedAt))
	line("经办：%s", "Carried out by: %s", r.Name)
	b.WriteString("\n")
	line("已删除或抹去：", "Erased:")
	var total int64
	for _, p := range parts {
		total += p.Gone
		if p.Gone > 0 {
			line("  %s：%d 条", "  %s: %d", word(p.ZH, p.EN), p.Gone)
		}
	}
	line("  共 %d 条", "  %d in all", total)
	b.WriteString("\n")
	line("保留：", "Kept:")
	for _, p := range parts {
		if p.StaysZH != "" {
			b.WriteString("  " + word(p.ZH+"："+p.StaysZH, p.EN+": "+p.StaysEN) + "\n")
		}
	}
	line("  操作日志：依法保存（《网络安全法》第二十一条），到期按其保留期限删除；在此之前只存储，不作他用。其中以内部编号指代客户；员工填写的文字与早期记录中可能仍有其名称。",
		"  Audit log: kept as the law asks (Cybersecurity Law, article 21) until its own retention ends, and only stored until then. It names customers by an internal number; texts that staff wrote and early entries may hold the name.")
	line("  数据库备份：按备份的保留期限删除。", "  Backups of the database: removed with the backups' own retention.")
	if r.Follows > 0 {
		b.WriteString("\n")
		line("删除时仍有 %d 位成员在企业微信中跟进该客户：名称、头像、标签、备注等会随下一次读取从企业微信回来。要彻底删除，请这些成员在企业微信中删除该客户，然后再次提交删除。",
			"At that time %d member(s) still followed the customer in WeCom: name, avatar, tags and remarks come back with the next reading. To remove them too, the members must delete the customer in WeCom; then erase again.", r.Follows)
	}
	return b.String()
}
