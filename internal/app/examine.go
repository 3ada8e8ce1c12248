package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/certificate"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// The checks of the installation. They run where the job happens to run: on the page the
// node that looked last is shown, "queqiao doctor" asks on its own machine.
const (
	checkDatabase   = "database"
	checkMigrations = "migrations"
	checkCollation  = "collation"
	checkDisk       = "disk"
	checkAddress    = "address"
	checkCert       = "certificate"
	checkCallable   = "callable"
)

// examineTimeout bounds one check.
const examineTimeout = 10 * time.Second

// Examine checks what the program stands on: database, disk, its public address. What
// depends on WeCom is corp.Registry.Examine.
func (a *App) Examine(ctx context.Context) []corp.Finding {
	findings := a.examineDatabase(ctx)
	findings = append(findings, a.examineDisk())
	findings = append(findings, a.examineAddress()...)
	for _, f := range a.Features {
		if f.Examine != nil {
			findings = append(findings, f.Examine(ctx)...)
		}
	}
	return append(findings, a.examineCallable(ctx))
}

func finding(check string, state corp.CheckState, zh, en string) corp.Finding {
	return corp.Finding{Check: check, State: state, Found: corp.Words{ZH: zh, EN: en}}
}

func advised(f corp.Finding, zh, en string) corp.Finding {
	f.Advice = corp.Words{ZH: zh, EN: en}
	return f
}

func (a *App) examineDatabase(ctx context.Context) []corp.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	engine := string(a.DB.Engine())
	if err := a.DB.Ping(ctx); err != nil {
		a.log.Warn("the database does not answer", "error", err)
		return []corp.Finding{advised(finding(checkDatabase, corp.CheckFail, "数据库没有应答（"+engine+"）", "The database does not answer ("+engine+")"),
			"请检查数据库是否在运行，以及配置 db.dsn", "See that the database runs, and the setting db.dsn")}
	}
	findings := []corp.Finding{finding(checkDatabase, corp.CheckOK, "数据库正常（"+engine+"）", "The database answers ("+engine+")")}
	pending, err := a.DB.Pending(ctx, a.Sets()...)
	switch {
	case err != nil:
		a.log.Warn("the state of the database cannot be read", "error", err)
		findings = append(findings, finding(checkMigrations, corp.CheckFail, "无法读取数据库的版本", "The version of the database cannot be read"))
	case len(pending) > 0:
		findings = append(findings, advised(finding(checkMigrations, corp.CheckFail,
			fmt.Sprintf("数据库缺少 %d 项升级", len(pending)), fmt.Sprintf("The database lacks %d migrations", len(pending))),
			"请执行 queqiao migrate", "Run: queqiao migrate"))
	default:
		findings = append(findings, finding(checkMigrations, corp.CheckOK, "数据库是最新的", "The database is up to date"))
	}
	if a.DB.Engine() != db.Postgres {
		return findings
	}
	collation, err := a.DB.Collation(ctx)
	if err != nil {
		a.log.Warn("the collation cannot be read", "error", err)
		return append(findings, finding(checkCollation, corp.CheckFail, "无法读取数据库的排序规则", "The collation cannot be read"))
	}
	return append(findings, judgeCollation(collation))
}

func judgeCollation(collation string) corp.Finding {
	if collation == "C" || collation == "POSIX" || strings.HasPrefix(collation, "C.") {
		return finding(checkCollation, corp.CheckOK, "排序规则为 "+collation, "The collation is "+collation)
	}
	return advised(finding(checkCollation, corp.CheckWarn, "排序规则为 "+collation, "The collation is "+collation),
		"建议用 --locale=C.UTF-8 新建数据库后迁移数据：其他规则较慢，并且操作系统升级后索引可能损坏",
		"Make the database anew with --locale=C.UTF-8 and move the data: others are slower, and an upgrade of the system may break their indexes")
}

const gigabyte = 1 << 30

func (a *App) examineDisk() corp.Finding {
	return judgeDisk(freeSpace(string(a.Config.Data)))
}

// judgeDisk is told how many bytes are free, and whether that could be found out.
func judgeDisk(free uint64, ok bool) corp.Finding {
	size := fmt.Sprintf("%.1f GB", float64(free)/gigabyte)
	f := finding(checkDisk, corp.CheckOK, "数据目录剩余 "+size, size+" are free for the data folder")
	switch {
	case !ok:
		return finding(checkDisk, corp.CheckOK, "此系统上未检查磁盘空间", "Disk space is not checked on this system")
	case free < gigabyte:
		f.State = corp.CheckFail
	case free < 5*gigabyte:
		f.State = corp.CheckWarn
	}
	if f.State != corp.CheckOK {
		f = advised(f, "请清理磁盘或扩容：空间用完后回调与客户数据都无法保存", "Make room or enlarge the disk: without space neither callbacks nor customers can be stored")
	}
	return f
}

// examineAddress looks at the public address and, when the program speaks TLS itself with
// a file, at how long its certificate lasts.
func (a *App) examineAddress() []corp.Finding {
	address := a.Config.PublicURL()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return []corp.Finding{advised(finding(checkAddress, corp.CheckFail, "访问地址无效："+address, "The public address is none: "+address),
			"请设置 http.public_url", "Set http.public_url")}
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	var f corp.Finding
	switch {
	case u.Scheme == "https":
		f = finding(checkAddress, corp.CheckOK, "访问地址为 "+address, "The address is "+address)
	case local:
		f = advised(finding(checkAddress, corp.CheckWarn, "只能在本机访问："+address, "Only this machine can reach "+address),
			"试用时可以忽略。正式使用请设置 http.public_url 与 TLS", "May be ignored while trying it out. For real use set http.public_url and TLS")
	default:
		f = advised(finding(checkAddress, corp.CheckFail, "访问地址没有加密："+address, "The address is not encrypted: "+address),
			"登录信息会以明文传输。请配置 TLS，或放在提供 https 的代理之后", "Passwords travel in the clear. Set TLS up, or run behind a proxy that speaks https")
	}
	findings := []corp.Finding{f}
	if file := a.Config.HTTP.TLSCert; file != "" {
		return append(findings, a.examineCertificate(file, u.Hostname()))
	}
	for _, domain := range a.Config.HTTP.ACME.Domains {
		findings = append(findings, a.examineObtained(domain))
	}
	return findings
}

// The days before its end at which a certificate is worth a word.
const renewDays = 14

func (a *App) examineCertificate(file, host string) corp.Finding {
	cert, err := certificate.First(file)
	if err != nil {
		return advised(finding(checkCert, corp.CheckFail, "无法读取证书："+err.Error(), "The certificate cannot be read: "+err.Error()),
			"请检查 http.tls_cert", "See http.tls_cert")
	}
	return a.judge(cert, host, renewDays*24*time.Hour, corp.Words{ZH: "请更换证书文件", EN: "Put a new certificate in place"})
}

// examineObtained looks at the certificate that ACME keeps for a domain. It is renewed when
// a third of its time is left; half of that later something has gone wrong.
func (a *App) examineObtained(domain string) corp.Finding {
	advice := corp.Words{
		ZH: "请确认域名的 443（和 80）端口指向本程序，且本机可以访问证书机构；程序会自动重试，原因见日志",
		EN: "See that the ports 443 (and 80) of the domain lead to this program and that the authority can be reached from here. It is tried again by itself; the log has the reason",
	}
	cert, err := certificate.Obtained(a.Config.Path("certificates"), domain)
	if errors.Is(err, fs.ErrNotExist) {
		return advised(finding(checkCert, corp.CheckFail, "还没有取得 "+domain+" 的证书", "No certificate was obtained for "+domain+" yet"), advice.ZH, advice.EN)
	}
	if err != nil {
		return advised(finding(checkCert, corp.CheckFail, "无法读取证书："+err.Error(), "The certificate cannot be read: "+err.Error()), advice.ZH, advice.EN)
	}
	return a.judge(cert, domain, cert.NotAfter.Sub(cert.NotBefore)/6, advice)
}

// judge looks at a certificate: its end, and whose it is.
func (a *App) judge(cert *x509.Certificate, host string, soon time.Duration, advice corp.Words) corp.Finding {
	left := cert.NotAfter.Sub(a.opts.Clock.Now())
	day := cert.NotAfter.Format(time.DateOnly)
	f := finding(checkCert, corp.CheckOK, host+" 的证书有效期至 "+day, "The certificate of "+host+" is valid until "+day)
	switch {
	case cert.VerifyHostname(host) != nil:
		f.State = corp.CheckFail
		f.Found = corp.Words{ZH: "证书不属于 " + host, EN: "The certificate is not for " + host}
	case left < 0:
		f.State = corp.CheckFail
		f.Found = corp.Words{ZH: host + " 的证书已于 " + day + " 过期", EN: "The certificate of " + host + " ended on " + day}
	case left < soon:
		f.State = corp.CheckWarn
	}
	if f.State != corp.CheckOK {
		f.Advice = advice
	}
	return f
}

// examineCallable asks for our own address as WeCom would. That it answers from here does
// not prove that it answers from the internet, and some networks do not lead back in: so
// this is never worse than a warning.
func (a *App) examineCallable(ctx context.Context) corp.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	address := a.Config.PublicURL()
	err := func() error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/healthz", http.NoBody)
		if err != nil {
			return err
		}
		answer, err := (&http.Client{Transport: a.Outgoing.As("health")}).Do(request)
		if err != nil {
			if u, ok := errors.AsType[*url.Error](err); ok {
				err = u.Err
			}
			return err
		}
		defer func() { _ = answer.Body.Close() }() // only the status counts
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096))
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("HTTP %d", answer.StatusCode)
		}
		return nil
	}()
	if err == nil {
		return finding(checkCallable, corp.CheckOK, "从本机可以访问 "+address, "From here "+address+" answers")
	}
	return advised(finding(checkCallable, corp.CheckWarn, "从本机无法访问 "+address+"："+err.Error(), "From here "+address+" does not answer: "+err.Error()),
		"请确认域名指向本机、端口已开放、证书有效。若内网不允许绕回，只要回调能收到就可以忽略",
		"See that the name leads here, the port is open and the certificate valid. Where a network does not lead back in, this may be ignored as long as callbacks come")
}
