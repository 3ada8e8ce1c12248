package welcome

// becauses are the words of why a greeting was not sent, Chinese and English, for a
// customer's timeline; the pages have the same.
func becauses() map[string][2]string {
	return map[string][2]string{
		"late":   {"欢迎语须在添加后 20 秒内发出，已超时", "A greeting has to go out within 20 seconds after the customer was added: it was too late"},
		"unsure": {"企业微信在 20 秒内没有应答，欢迎语可能已送达", "WeCom did not answer within 20 seconds: the greeting may have arrived"},
	}
}
