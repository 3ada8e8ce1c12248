package app

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/outgoing"
)

// openWayOut makes the one way out: only to WeCom and the hosts that the operator named.
func (a *App) openWayOut() error {
	t, err := outgoing.New(outgoing.Options{
		Allow: permits(a.Config), Clock: a.opts.Clock, Log: a.log, Observe: a.metrics.ObserveOutgoing, Base: a.opts.Transport,
	})
	if err != nil {
		return err
	}
	a.Outgoing = t
	a.closers = append(a.closers, func() error { t.CloseIdleConnections(); return nil })
	return nil
}

// Gate is for a library that makes its calls by itself: it asks before each one.
func (a *App) Gate(asker string) func(*http.Request) (*url.URL, error) {
	return a.Outgoing.As(asker).Gate()
}

// permits are all hosts that the configuration lets the program call, each with the
// setting that names it. Nothing else is ever called; the database is reached by its
// driver and not over HTTP.
func permits(cfg config.Config) []outgoing.Permit {
	list := []outgoing.Permit{
		{Host: cfg.WeCom.BaseURL, Key: "wecom.base_url", Inside: true},
		// WeCom keeps pictures of contact ways and avatars on hosts of these two domains.
		{Host: "*.qpic.cn", Key: outgoing.Pictures},
		{Host: "*.qlogo.cn", Key: outgoing.Pictures},
	}
	// A WeCom of one's own, such as the simulator, has its pictures with it.
	if cfg.WeCom.BaseURL != config.Default().WeCom.BaseURL {
		list = append(list, outgoing.Permit{Host: cfg.WeCom.BaseURL, Key: outgoing.Pictures, Inside: true})
	}
	// Whether our own address answers from here is one of the checks of the health page.
	if u, err := url.Parse(cfg.PublicURL()); err == nil && u.Hostname() != "" {
		list = append(list, outgoing.Permit{Host: cfg.PublicURL(), Key: "http.public_url", Inside: true})
	}
	if cfg.Blob.Kind == "s3" {
		list = append(list, objectStore(cfg.Blob.S3)...)
	}
	if len(cfg.HTTP.ACME.Domains) > 0 {
		list = append(list, outgoing.Permit{Host: cfg.HTTP.ACME.Directory, Key: "http.acme.directory", Inside: true})
	}
	for _, host := range cfg.Outgoing.Allow {
		list = append(list, outgoing.Permit{Host: host, Key: "outgoing.allow", Inside: true})
	}
	return list
}

// objectStore names the store's hosts: its own, the bucket's, and those of Amazon's
// regions, which one learns from the store.
func objectStore(s config.S3) []outgoing.Permit {
	const key = "blob.s3.endpoint"
	list := []outgoing.Permit{{Host: s.Endpoint, Key: key, Inside: true}}
	if !s.PathStyle {
		list = append(list, outgoing.Permit{Host: s.Bucket + "." + s.Endpoint, Key: key, Inside: true})
	}
	host, _, err := net.SplitHostPort(s.Endpoint)
	if err != nil {
		host = s.Endpoint
	}
	for _, amazon := range []string{"amazonaws.com", "amazonaws.com.cn"} {
		if strings.HasSuffix(host, "."+amazon) {
			list = append(list, outgoing.Permit{Host: "*." + amazon, Key: key})
		}
	}
	return list
}
