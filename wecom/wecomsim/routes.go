package wecomsim

import (
	"net/http"
	"slices"
)

// This file puts the parts of the simulator under their addresses.
//
// Not modelled: separate host names; api, login pages and control share one.

// operations collects every modelled operation by path.
func operations() map[string]*operation {
	ops := map[string]*operation{}
	for _, group := range [][]operation{
		tokenOperations(), departmentOperations(), memberOperations(), memberWriteOperations(), externalContactOperations(),
		contactWayOperations(), welcomeOperations(), tagOperations(), groupOperations(), transferOperations(),
		groupTransferOperations(), messageOperations(),
		mediaOperations(), oauthOperations(),
	} {
		for _, op := range group {
			ops[op.path] = &op
		}
	}
	return ops
}

// Operations lists the paths of the API that the simulator models.
func Operations() []string {
	var out []string
	for path := range operations() {
		out = append(out, path)
	}
	slices.Sort(out)
	return out
}

func (s *Sim) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/cgi-bin/", s.serveAPI)
	mux.HandleFunc("GET /connect/oauth2/authorize", s.authorizePage)
	mux.HandleFunc("GET /wwlogin/sso/login", s.loginPage)
	mux.HandleFunc("GET /wwopen/sso/qrConnect", s.loginPage)
	mux.HandleFunc("POST /connect/oauth2/choose", s.chooseIdentity)
	mux.HandleFunc("GET /qr/way/{file}", s.wayImage)
	mux.HandleFunc("GET /qr/member/{corp}/{userid}", s.memberImage)
	mux.HandleFunc("GET /q/{way}", s.scanPage)
	mux.HandleFunc("POST /q/{way}", s.scanPage)
	mux.HandleFunc("GET /avatars/{kind}/{name...}", s.avatar)
	mux.HandleFunc("GET /media/{id}", s.servePicture)
	mux.HandleFunc("GET /media/img/{id}", s.servePicture)
	mux.Handle("/_sim", s.control())
	mux.Handle("/_sim/", s.control())
	s.phonePages(mux)
	return mux
}
