// Package config is what an operator sets: one struct, defaults in it, then a TOML file,
// then the environment, then flags; each later source wins over the one before.
//
// A field http.public_url is written public_url under [http] in the file,
// QUEQIAO_HTTP__PUBLIC_URL in the environment (two underscores between section and
// field) and --set http.public_url=… as a flag. A name that is not a field is an error
// that says so: a misspelt setting must not look like one that took effect. What an
// administrator changes at run time is not here but in the settings of the features.
package config

import (
	"net/netip"

	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// Config is the whole configuration. The tag "about" is shown by Explain and in the
// documentation.
type Config struct {
	Data     Folder   `koanf:"data" about:"folder for the embedded database, files and the key file"`
	Roles    []string `koanf:"roles" about:"what this process does: web (answers requests), jobs (works the queue)"`
	Node     int      `koanf:"node" about:"number of this process among those sharing a database, 1 to 1023; 0 takes a free one from the database"`
	HTTP     HTTP     `koanf:"http"`
	DB       DB       `koanf:"db"`
	Blob     Blob     `koanf:"blob"`
	Secret   Secret   `koanf:"secret"`
	Admin    Admin    `koanf:"admin"`
	SignIn   SignIn   `koanf:"sign_in"`
	WeCom    WeCom    `koanf:"wecom"`
	Corp     Corp     `koanf:"corp"`
	Sim      Sim      `koanf:"sim"`
	Outgoing Outgoing `koanf:"outgoing"`
	Log      Log      `koanf:"log"`
}

// Folder is a path on this machine.
type Folder string

// HTTP is how browsers and WeCom reach us.
type HTTP struct {
	Listen         string         `koanf:"listen" about:"address of console, API and callbacks"`
	PublicURL      string         `koanf:"public_url" about:"how browsers and WeCom reach us, e.g. https://scrm.example.com; empty: http and the listen address"`
	TrustedProxies []netip.Prefix `koanf:"trusted_proxies" about:"networks of reverse proxies whose X-Forwarded-For and -Proto count, e.g. 10.0.0.0/8"`
	TLSCert        string         `koanf:"tls_cert" about:"certificate file (PEM); with tls_key the server speaks TLS itself"`
	TLSKey         string         `koanf:"tls_key" about:"private key file (PEM); a changed pair is taken into use without a restart"`
	ACME           ACME           `koanf:"acme"`
	RedirectListen string         `koanf:"redirect_listen" about:"address that leads plain http to public_url and answers the certificate authority, e.g. :80; empty: none"`
	Insecure       bool           `koanf:"insecure" about:"allow plain http on an address that other machines reach, without a trusted proxy in front"`
	Limits         Limits         `koanf:"limits"`
	MetricsToken   secret.Text    `koanf:"metrics_token" about:"token for reading /metrics from another machine; empty: from this machine only"`
}

// Limits are calls of the API in a minute; a third of them may come at once. 0 is no limit.
type Limits struct {
	Account int `koanf:"account" about:"most API calls in a minute of one account or key; 0: no limit"`
	Corp    int `koanf:"corp" about:"most API calls in a minute of all people and keys of one corp, so that it leaves room for the others; 0: no limit"`
	Address int `koanf:"address" about:"most API calls in a minute from one address, signed in or not; an office is one address; 0: no limit"`
	Public  int `koanf:"public" about:"most API calls in a minute from one address on routes that need no sign-in; 0: no limit"`
}

// ACME obtains certificates from a certificate authority.
type ACME struct {
	Domains   []string `koanf:"domains" about:"names for which certificates are obtained by ACME; empty: none"`
	Agreed    bool     `koanf:"agreed" about:"true says that you agree to the terms of the certificate authority"`
	Email     string   `koanf:"email" about:"where the certificate authority may write to"`
	Directory string   `koanf:"directory" about:"ACME directory of the certificate authority"`
	Roots     string   `koanf:"roots" about:"PEM file with roots that vouch for an authority inside the house; empty: the system's"`
}

// DB is the database.
type DB struct {
	DSN      secret.Text `koanf:"dsn" about:"sqlite:<file> or postgres://…; empty: queqiao.db in the data folder"`
	MaxConns int         `koanf:"max_conns" about:"most connections to PostgreSQL, or readers of SQLite; 0 chooses"`
}

// Blob is where files are kept.
type Blob struct {
	Kind string `koanf:"kind" about:"disk (in the data folder) or s3"`
	S3   S3     `koanf:"s3"`
}

// S3 is an object store that speaks Amazon's protocol (COS, OSS, MinIO …).
type S3 struct {
	Endpoint  string      `koanf:"endpoint" about:"host of the object store, e.g. cos.ap-guangzhou.myqcloud.com"`
	Region    string      `koanf:"region" about:"region, where the store wants one"`
	Bucket    string      `koanf:"bucket" about:"bucket; must exist"`
	Prefix    string      `koanf:"prefix" about:"put before every key, so that several installations share a bucket"`
	AccessKey string      `koanf:"access_key" about:"access key id"`
	SecretKey secret.Text `koanf:"secret_key" about:"secret access key"`
	Insecure  bool        `koanf:"insecure" about:"speak HTTP instead of HTTPS; for tests"`
	PathStyle bool        `koanf:"path_style" about:"bucket in the path instead of the host name (MinIO)"`
}

// Secret is how secrets are sealed at rest.
type Secret struct {
	KeyFile string      `koanf:"key_file" about:"file with the sealing keys; empty: keys in the data folder. Back it up apart from the database"`
	Keys    secret.Text `koanf:"keys" about:"the sealing keys themselves, instead of a file: the lines of a key file, parted by commas, the last one seals; for containers, from the environment"`
	Witness string      `koanf:"witness" about:"folder of this machine that notes how far the audit log has grown, so that a database put back or emptied shows; empty: witness beside the key file, or in the data folder when the keys are given themselves"`
}

// Admin is the first administrator.
type Admin struct {
	Name     string      `koanf:"name" about:"sign-in name of the first administrator"`
	Password secret.Text `koanf:"password" about:"password of the first administrator, used when there is none yet; empty: one is made and printed"`
}

// SignIn is what holds for everybody's sessions; the rest is each corp's to decide.
type SignIn struct {
	ConfirmSeconds int `koanf:"confirm_seconds" about:"how long somebody who proved who he is may do what is dangerous before he is asked again, 1 to 3600"`
}

// WeCom is where WeCom is; change it only to point at the simulator or a relay.
type WeCom struct {
	BaseURL  string `koanf:"base_url" about:"WeCom's API"`
	OpenURL  string `koanf:"open_url" about:"WeCom's OAuth page inside the client"`
	LoginURL string `koanf:"login_url" about:"WeCom's scan login page"`
}

// Corp connects a first corp at start; further ones are added with "queqiao corp".
type Corp struct {
	ID            string      `koanf:"id" about:"corpid (企业ID): WeCom admin → 我的企业 → 企业信息; empty: the corps in the database are used"`
	Name          string      `koanf:"name" about:"name shown in the console"`
	TimeZone      string      `koanf:"time_zone" about:"IANA time zone in which days are counted"`
	AgentID       int         `koanf:"agent_id" about:"AgentId of the self-built app (自建应用)"`
	Secret        secret.Text `koanf:"secret" about:"Secret of the self-built app"`
	CallbackPath  string      `koanf:"callback_path" about:"last part of the callback address, <public_url>/callback/<callback_path>"`
	CallbackToken secret.Text `koanf:"callback_token" about:"Token of the app's 接收消息 settings"`
	CallbackKey   secret.Text `koanf:"callback_key" about:"EncodingAESKey of the app's 接收消息 settings, 43 characters"`
}

// Sim is the simulator that demo and simulate start.
type Sim struct {
	Listen string `koanf:"listen" about:"address of the simulator"`
}

// Outgoing limits whom the program calls.
type Outgoing struct {
	Allow []string `koanf:"allow" about:"further hosts the program may call, beside WeCom's: host, host:port or *.example.com"`
}

// Log is how the program tells what it does, on standard error.
type Log struct {
	Level  string `koanf:"level" about:"debug, info, warn or error"`
	Format string `koanf:"format" about:"text or json"`
}

// Default is the configuration when nothing is said.
func Default() Config {
	return Config{
		Data:  "./data",
		Roles: []string{"web", "jobs"},
		HTTP: HTTP{
			Listen: "127.0.0.1:8080", ACME: ACME{Directory: "https://acme-v02.api.letsencrypt.org/directory"},
			Limits: Limits{Account: 1200, Corp: 0, Address: 12_000, Public: 600},
		},
		Blob:   Blob{Kind: "disk"},
		Admin:  Admin{Name: "admin"},
		SignIn: SignIn{ConfirmSeconds: 600},
		WeCom: WeCom{
			BaseURL: "https://qyapi.weixin.qq.com", OpenURL: "https://open.weixin.qq.com", LoginURL: "https://login.work.weixin.qq.com",
		},
		Corp: Corp{TimeZone: "Asia/Shanghai", CallbackPath: "app"},
		Sim:  Sim{Listen: "127.0.0.1:8090"},
		Log:  Log{Level: "info", Format: "text"},
	}
}
