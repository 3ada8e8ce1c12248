import { App, ConfigProvider, theme } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { type ReactNode, useEffect, useLayoutEffect, useState } from 'react';
import { useI18n } from '@/lib/i18n';
import './style/base.css';
import { mixed, palette } from './palette';
import { styleNonce } from './style-nonce';

/**
 * Sets up the component kit: language, light or dark, the product's colours.
 * Everything that parts render has to stand inside.
 */
export function Kit({ dark, children }: { dark: boolean; children: ReactNode }) {
  const { language } = useI18n();
  const [csp] = useState(() => ({ nonce: styleNonce(document) }));
  // The kit turns its own motion off; CSS that cuts it short leaves its menus unplaced.
  const [still] = useState(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
  const colours = dark ? palette.dark : palette.light;

  useEffect(() => {
    dayjs.locale(language === 'zh-CN' ? 'zh-cn' : 'en');
    document.documentElement.lang = language;
  }, [language]);

  useLayoutEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = dark ? 'dark' : 'light';
    for (const [name, value] of Object.entries(colours)) root.style.setProperty(`--q-${name}`, value);
  }, [dark, colours]);

  return (
    <ConfigProvider
      locale={language === 'zh-CN' ? zh : en}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          colorPrimary: colours.primary,
          colorInfo: colours.primary,
          colorLink: colours.link,
          colorSuccess: colours.success,
          colorWarning: colours.warning,
          colorError: colours.danger,
          // The kit would mix these from the dark text colours, which makes mud of them.
          colorInfoBg: colours['info-soft'],
          colorSuccessBg: colours['success-soft'],
          colorWarningBg: colours['warning-soft'],
          colorErrorBg: colours['danger-soft'],
          colorInfoBorder: mixed(colours.primary, colours.surface),
          colorSuccessBorder: mixed(colours.success, colours.surface),
          colorWarningBorder: mixed(colours.warning, colours.surface),
          colorErrorBorder: mixed(colours.danger, colours.surface),
          colorBgLayout: colours.ground,
          colorBgContainer: colours.surface,
          colorBgElevated: colours.raised,
          colorText: colours.ink,
          colorTextSecondary: colours.soft,
          colorTextTertiary: colours.faint,
          colorTextDescription: colours.faint,
          colorTextPlaceholder: colours.hint,
          colorBorder: colours.border,
          colorBorderSecondary: colours.line,
          borderRadius: 8,
          borderRadiusSM: 6,
          fontFamily: 'var(--q-font)',
          wireframe: false,
          motionDurationMid: '0.15s',
          motion: !still,
        },
        components: {
          Table: {
            headerBg: colours.head,
            headerColor: colours.soft,
            headerSplitColor: 'transparent',
            rowHoverBg: colours.hover,
            rowSelectedBg: colours.chosen,
            rowSelectedHoverBg: colours.chosen,
          },
          Menu: {
            itemBg: 'transparent',
            subMenuItemBg: 'transparent',
            itemSelectedBg: colours.chosen,
            itemSelectedColor: colours.link,
            subMenuItemSelectedColor: colours.link,
            itemHeight: 36,
            itemMarginInline: 8,
            itemBorderRadius: 8,
          },
          Tabs: {
            itemSelectedColor: colours.link,
            itemHoverColor: colours.link,
            inkBarColor: colours.link,
          },
          Button: {
            primaryShadow: 'none',
            defaultShadow: 'none',
            dangerShadow: 'none',
            fontWeight: 500,
            // The kit's own is lighter, too light for white words.
            colorPrimaryHover: colours['primary-hover'],
          },
          Form: { verticalLabelPadding: '0 0 6px' },
          Tag: { defaultBg: colours.head },
        },
      }}
      button={{ autoInsertSpace: false }}
      csp={csp}
    >
      <App className="q-app">{children}</App>
    </ConfigProvider>
  );
}
