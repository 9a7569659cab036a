"""Settings of Windows, where each of them is, and what a profile has to say of it: written down by hand from what is
publicly known of Windows, without wbo's catalogue.

A row takes a registry as another reader sees it and gives the items that a document should have, by instance: each
item is (kind, path, name, value), where value is (type, data), or None where it is absent, or whether a key is there.
"""

import re
import struct
from typing import NamedTuple

DESKTOP = r"HKCU\Control Panel\Desktop"
METRICS = DESKTOP + r"\WindowMetrics"
MOUSE = r"HKCU\Control Panel\Mouse"
KEYBOARD = r"HKCU\Control Panel\Keyboard"
REGION = r"HKCU\Control Panel\International"
ACCESS = r"HKCU\Control Panel\Accessibility"
CURSORS = r"HKCU\Control Panel\Cursors"
CURRENT = r"HKCU\Software\Microsoft\Windows\CurrentVersion"
EXPLORER = CURRENT + r"\Explorer"
ADVANCED = EXPLORER + r"\Advanced"
PERSONALIZE = CURRENT + r"\Themes\Personalize"
CONSENT = CURRENT + r"\CapabilityAccessManager\ConsentStore"
DELIVERY = CURRENT + r"\ContentDeliveryManager"
TOUCHPAD = CURRENT + r"\PrecisionTouchPad"
CLOUD = CURRENT + r"\CloudStore\Store\DefaultAccount\Current"
DWM = r"HKCU\Software\Microsoft\Windows\DWM"
ICONS = r"HKCU\Software\Microsoft\Windows\Shell\Bags\1\Desktop"
CLASSES = r"HKCU\Software\Classes"
CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control"
ZONE = CONTROL + r"\TimeZoneInformation"

SZ, EXPAND_SZ, BINARY, DWORD, MULTI_SZ, QWORD = 1, 2, 3, 4, 7, 11
TYPES = {
    "REG_NONE": 0,
    "REG_SZ": SZ,
    "REG_EXPAND_SZ": EXPAND_SZ,
    "REG_BINARY": BINARY,
    "REG_DWORD": DWORD,
    "REG_DWORD_BIG_ENDIAN": 5,
    "REG_LINK": 6,
    "REG_MULTI_SZ": MULTI_SZ,
    "REG_QWORD": QWORD,
}


class Item(NamedTuple):
    kind: str
    path: tuple
    name: str
    value: object


class Registry:
    """Trees of hives at their places, by names in any case, with places of values remembered as they are asked for."""

    def __init__(self):
        self.keys = {}
        self.children = {}
        self.current = None

    def mount(self, place, tree):
        for key in tree:
            path = (*place.split("\\"), *key.path)
            self.keys[fold(path)] = (path, {one.name.casefold(): one for one in key.values})
            self.children.setdefault(fold(path[:-1]), {})[path[-1].casefold()] = path[-1]
        if place == r"HKLM\SYSTEM" and (select := self.value(r"HKLM\SYSTEM\Select", "Current")):
            self.current = f"ControlSet{int.from_bytes(select.data, 'little'):03}"

    def find(self, key):
        names = key.split("\\") if isinstance(key, str) else list(key)
        if self.current and fold(names[:3]) == fold(["HKLM", "SYSTEM", "CurrentControlSet"]):
            names[2] = self.current
        return fold(names)

    def has(self, key):
        return self.find(key) in self.keys

    def value(self, key, name):
        return self.keys.get(self.find(key), ((), {}))[1].get(name.casefold())

    def values(self, key):
        return list(self.keys.get(self.find(key), ((), {}))[1].values())

    def subkeys(self, key):
        return list(self.children.get(self.find(key), {}).values())

    def below(self, key):
        """The key and all keys in it, as names that lead to them."""
        if self.has(key):
            unseen = [()]
            while unseen:
                names = unseen.pop()
                yield names
                unseen.extend((*names, name) for name in self.subkeys((*key.split("\\"), *names)))


def fold(names):
    return tuple(name.casefold() for name in names)


class Row(NamedTuple):
    id: str
    # (registry, tokens) to items by instance, where None is the setting that has none.
    items: object
    # What it is an example of.
    kind: str


def item(registry, key, name, path=(), change=None):
    """An item of a value, changed as the row says."""
    found = registry.value(key, name)
    if found is None:
        return Item("value", path, name, None)
    value = (found.type, found.data)
    return Item("value", path, found.name, change(value) if change else value)


# ---- What rows are made of


def values(id, key, *names):
    kind = "machine" if key.startswith("HKLM") else "UsrClass.dat" if key.startswith(CLASSES) else "value"
    return Row(id, lambda registry, _: {None: [item(registry, key, name) for name in names]}, kind)


def parts(id, **places):
    """Values of several keys that make one setting; `_` in the name of a part is a hyphen."""

    def items(registry, _):
        told = [(part.replace("_", "-"), key, name) for part, (key, *names) in places.items() for name in names]
        return {None: [item(registry, key, name, (part,)) for part, key, name in told]}

    return Row(id, items, "group")


def bits(id, key, name, mask, byte=None):
    """Bits of a value: the others are cleared, and what follows the last byte that the mask reaches is cut off."""

    def change(value):
        kind, data = value
        if byte is None and kind == DWORD:
            return kind, struct.pack("<I", struct.unpack("<I", data)[0] & mask)
        if byte is None:
            return kind, text(str(int(data.decode("utf-16-le").rstrip("\0")) & mask))
        width = (mask.bit_length() + 7) // 8
        kept = int.from_bytes(data[byte : byte + width], "little") & mask
        return kind, bytes(byte) + kept.to_bytes(width, "little")

    return Row(id, lambda registry, _: {None: [item(registry, key, name, change=change)]}, "bits")


def paths(id, key, *names, part=()):
    """Values with paths, in which known folders become tokens."""

    def items(registry, tokens):
        return {None: [item(registry, key, name, part, tokens.of) for name in names]}

    return Row(id, items, "tokens")


def tree(id, key, wanted=lambda names: True, name=None, but=(), tokens=False):
    """Values of all keys below one whose names `wanted` takes: all of them, or those of one name, but for some. A key
    that has neither values nor subkeys is an item itself where all values are taken."""

    def items(registry, known):
        change = known.of if tokens else None
        found = []
        for names in registry.below(key):
            if not wanted(names):
                continue
            path = (*key.split("\\"), *names)
            here = [one.name for one in registry.values(path) if name is None or one.name.casefold() == name.casefold()]
            found += [item(registry, path, one, names, change) for one in here if one not in but]
            if name is None and not but and not here and not registry.subkeys(path):
                found.append(Item("key", names, "", True))
        return {None: found} if found else {}

    return Row(id, items, "tree")


def instances(id, key, *names, below=None, optional=False, takes=lambda name: True):
    """A setting for each subkey; what is absent from one is told, unless it is optional."""

    def items(registry, _):
        found = {}
        for instance in filter(takes, registry.subkeys(key)):
            path = (*key.split("\\"), instance, *([below] if below else []))
            wanted = names or [one.name for one in registry.values(path)]
            told = [item(registry, path, name, (below,) if below else ()) for name in wanted]
            told = [one for one in told if one.value is not None or not optional]
            if told:
                found[instance] = told
        return found

    return Row(id, items, "instances")


def whole_key(id, key):
    """All values of a key, or that the key is absent."""

    def items(registry, _):
        if not registry.has(key):
            return {None: [Item("key", (), "", False)]}
        told = [item(registry, key, one.name) for one in registry.values(key)]
        return {None: told or ([] if registry.subkeys(key) else [Item("key", (), "", True)])}

    return Row(id, items, "key")


# ---- The table

NIGHT = "windows.data.bluelightreduction"
FILTER, STICKY = ACCESS + r"\Keyboard Response", ACCESS + r"\StickyKeys"
TOGGLE, HIGH_CONTRAST, MOUSE_KEYS = ACCESS + r"\ToggleKeys", ACCESS + r"\HighContrast", ACCESS + r"\MouseKeys"
MASK = "UserPreferencesMask"

TABLE = [
    # One value
    values("mouse.speed", MOUSE, "MouseSensitivity"),
    values("mouse.primary-button", MOUSE, "SwapMouseButtons"),
    values("mouse.double-click-speed", MOUSE, "DoubleClickSpeed"),
    values("mouse.trails", MOUSE, "MouseTrails"),
    values("mouse.snap-to-default-button", MOUSE, "SnapToDefaultButton"),
    values("mouse.hover-time", MOUSE, "MouseHoverTime"),
    values("mouse.wheel-lines", DESKTOP, "WheelScrollLines"),
    values("mouse.wheel-characters", DESKTOP, "WheelScrollChars"),
    values("mouse.scroll-inactive-windows", DESKTOP, "MouseWheelRouting"),
    values("keyboard.delay", KEYBOARD, "KeyboardDelay"),
    values("keyboard.speed", KEYBOARD, "KeyboardSpeed"),
    values("keyboard.num-lock", KEYBOARD, "InitialKeyboardIndicators"),
    values("keyboard.cursor-blink-rate", DESKTOP, "CursorBlinkRate"),
    values("keyboard.print-screen", KEYBOARD, "PrintScreenKeyForSnippingEnabled"),
    values("accessibility.text-cursor-thickness", DESKTOP, "CaretWidth"),
    values("accessibility.notification-duration", ACCESS, "MessageDuration"),
    values("accessibility.filter-keys.repeat-rate", FILTER, "AutoRepeatRate"),
    values("accessibility.mouse-keys.speed", MOUSE_KEYS, "MaximumSpeed"),
    values("accessibility.high-contrast.scheme", HIGH_CONTRAST, "High Contrast Scheme"),
    values("appearance.apps-use-light-theme", PERSONALIZE, "AppsUseLightTheme"),
    values("appearance.system-uses-light-theme", PERSONALIZE, "SystemUsesLightTheme"),
    values("appearance.enable-transparency", PERSONALIZE, "EnableTransparency"),
    values("appearance.color-prevalence-start", PERSONALIZE, "ColorPrevalence"),
    values("appearance.color-prevalence-title-bars", DWM, "ColorPrevalence"),
    values("appearance.accent-color", DWM, "AccentColor"),
    values("appearance.colorization-color", DWM, "ColorizationColor"),
    values("appearance.peek", DWM, "EnableAeroPeek"),
    values("appearance.accent-palette", EXPLORER + r"\Accent", "AccentPalette"),
    values("appearance.drag-full-windows", DESKTOP, "DragFullWindows"),
    values("appearance.font-smoothing", DESKTOP, "FontSmoothing"),
    values("appearance.font-smoothing-type", DESKTOP, "FontSmoothingType"),
    values("appearance.menu-show-delay", DESKTOP, "MenuShowDelay"),
    values("appearance.animate-windows", METRICS, "MinAnimate"),
    values("background.picture-position", DESKTOP, "WallpaperStyle"),
    values("background.picture-tile", DESKTOP, "TileWallpaper"),
    values("background.solid-color", r"HKCU\Control Panel\Colors", "Background"),
    values("background.icons", ADVANCED, "HideIcons"),
    values("background.icon-size", ICONS, "IconSize"),
    values("screen-saver.active", DESKTOP, "ScreenSaveActive"),
    values("taskbar.alignment", ADVANCED, "TaskbarAl"),
    values("taskbar.combine-buttons", ADVANCED, "TaskbarGlomLevel"),
    values("taskbar.combine-buttons-other-displays", ADVANCED, "MMTaskbarGlomLevel"),
    values("taskbar.chat", ADVANCED, "TaskbarMn"),
    values("taskbar.task-view", ADVANCED, "ShowTaskViewButton"),
    values("taskbar.small-buttons", ADVANCED, "TaskbarSmallIcons"),
    values("taskbar.peek-desktop", ADVANCED, "DisablePreviewDesktop"),
    values("explorer.show-extensions", ADVANCED, "HideFileExt"),
    values("explorer.show-sys-hidden-files", ADVANCED, "Hidden"),
    values("explorer.show-super-hidden", ADVANCED, "ShowSuperHidden"),
    values("explorer.separate-process", ADVANCED, "SeparateProcess"),
    values("explorer.use-checkboxes-for-selection", ADVANCED, "AutoCheckSelect"),
    values("explorer.default-open-location", ADVANCED, "LaunchTo"),
    values("explorer.always-show-icons-never-thumbnails", ADVANCED, "IconsOnly"),
    values("explorer.display-full-path", EXPLORER + r"\CabinetState", "FullPath"),
    values("multitasking.snap-windows", DESKTOP, "WindowArrangementActive"),
    values("notifications.toasts", CURRENT + r"\PushNotifications", "ToastEnabled"),
    values("autoplay.enabled", EXPLORER + r"\AutoplayHandlers", "DisableAutoplay"),
    values("network.proxy-enabled", CURRENT + r"\Internet Settings", "ProxyEnable"),
    values("privacy.advertising-id", CURRENT + r"\AdvertisingInfo", "Enabled"),
    values("privacy.access-camera", CONSENT + r"\webcam", "Value"),
    values("privacy.access-microphone", CONSENT + r"\microphone", "Value"),
    values("privacy.access-location", CONSENT + r"\location", "Value"),
    values("start.silent-installed-apps", DELIVERY, "SilentInstalledAppsEnabled"),
    values("lock-screen.spotlight", DELIVERY, "RotatingLockScreenEnabled"),
    values("gaming.dvr", r"HKCU\System\GameConfigStore", "GameDVR_Enabled"),
    values("gaming.game-mode", r"HKCU\Software\Microsoft\GameBar", "AutoGameModeEnabled"),
    values("storage.sense", CURRENT + r"\StorageSense\Parameters\StoragePolicy", "01"),
    values("touchpad.tap", TOUCHPAD, "TapsEnabled"),
    values("touchpad.cursor-speed", TOUCHPAD, "CursorSpeed"),
    values("touchpad.scroll-direction", TOUCHPAD, "ScrollDirection"),
    values("cursors.size", CURSORS, "CursorBaseSize"),
    values("sound.scheme", r"HKCU\AppEvents\Schemes", ""),
    values("region.locale-name", REGION, "LocaleName"),
    values("region.short-date", REGION, "sShortDate"),
    values("region.long-time", REGION, "sTimeFormat"),
    values("region.decimal-symbol", REGION, "sDecimal"),
    values("region.first-day-of-week", REGION, "iFirstDayOfWeek"),
    values("region.currency-symbol", REGION, "sCurrency"),
    values("developer.console-quick-edit", r"HKCU\Console", "QuickEdit"),
    # Several values, absent ones among them
    values("mouse.double-click-area", MOUSE, "DoubleClickHeight", "DoubleClickWidth"),
    values("mouse.acceleration-curve", MOUSE, "SmoothMouseXCurve", "SmoothMouseYCurve"),
    values(
        "appearance.metrics-fonts",
        METRICS,
        *(f"{part}Font" for part in ("Caption", "Icon", "Menu", "Message", "SmCaption", "Status")),
    ),
    values("developer.console-cursor", r"HKCU\Console", "CursorColor", "CursorSize", "CursorType"),
    values("lock-screen.fun-facts", DELIVERY, "RotatingLockScreenOverlayEnabled", "SubscribedContent-338387Enabled"),
    # Groups
    parts("region.country", number=(REGION + r"\Geo", "Nation"), name=(REGION + r"\Geo", "Name")),
    parts(
        "mouse.enhance-pointer-precision",
        speed=(MOUSE, "MouseSpeed"),
        threshold1=(MOUSE, "MouseThreshold1"),
        threshold2=(MOUSE, "MouseThreshold2"),
    ),
    parts(
        "privacy.share-across-devices",
        apps=(CURRENT + r"\CDP", "RomeSdkChannelUserAuthzPolicy"),
        page=(CURRENT + r"\CDP\SettingsPage", "RomeSdkChannelUserAuthzPolicy"),
        sessions=(CURRENT + r"\CDP", "CdpSessionUserAuthzPolicy"),
    ),
    # Bits of binary data, of a number, and of a number in a text
    bits("appearance.menu-animation", DESKTOP, MASK, 0x02, 0),
    bits("appearance.combo-box-animation", DESKTOP, MASK, 0x04, 0),
    bits("appearance.hot-tracking", DESKTOP, MASK, 0x80, 0),
    bits("appearance.tooltip-fade", DESKTOP, MASK, 0x10, 1),
    bits("appearance.cursor-shadow", DESKTOP, MASK, 0x20, 1),
    bits("appearance.window-shadows", DESKTOP, MASK, 0x04, 2),
    bits("appearance.ui-effects", DESKTOP, MASK, 0x80, 3),
    bits("appearance.animate-controls", DESKTOP, MASK, 0x02, 4),
    bits("mouse.hide-while-typing", DESKTOP, MASK, 0x01, 2),
    bits("mouse.show-location", DESKTOP, MASK, 0x40, 1),
    bits("explorer.use-double-click-to-open", EXPLORER, "ShellState", 0x20, 4),
    bits("explorer.display-delete-confirmation-dialog", EXPLORER, "ShellState", 0x04, 4),
    bits("explorer.save-local-view", EXPLORER + r"\CabinetState", "Settings", 0x02, 4),
    bits("taskbar.auto-hide", EXPLORER + r"\StuckRects3", "Settings", 0x01, 8),
    bits("network.proxy-automatic", CURRENT + r"\Internet Settings\Connections", "DefaultConnectionSettings", 0x08, 8),
    bits("background.icon-auto-arrange", ICONS, "FFlags", 0x01),
    bits("background.icon-align-to-grid", ICONS, "FFlags", 0x04),
    bits("accessibility.sticky-keys.on", STICKY, "Flags", 1),
    bits("accessibility.sticky-keys.shortcut", STICKY, "Flags", 4),
    bits("accessibility.sticky-keys.two-keys-off", STICKY, "Flags", 256),
    bits("accessibility.filter-keys.on", FILTER, "Flags", 1),
    bits("accessibility.filter-keys.indicator", FILTER, "Flags", 32),
    bits("accessibility.toggle-keys.on", TOGGLE, "Flags", 1),
    bits("accessibility.high-contrast.on", HIGH_CONTRAST, "Flags", 1),
    bits("accessibility.mouse-keys.replace-numbers", MOUSE_KEYS, "Flags", 128),
    # Data that Windows packs
    values("display.night-light", rf"{CLOUD}\default${NIGHT}.settings\{NIGHT}.settings", "Data"),
    values(
        "display.night-light-state", rf"{CLOUD}\default${NIGHT}.{NIGHT[13:]}state\{NIGHT}.{NIGHT[13:]}state", "Data"
    ),
    values(
        "taskbar.pins",
        EXPLORER + r"\Taskband",
        *(f"Favorites{more}" for more in ("", "Changes", "RemovedChanges", "Resolve", "Version")),
    ),
    # Lists
    values("language.list", REGION + r"\User Profile", "Languages"),
    tree("language.keyboard-layouts", r"HKCU\Keyboard Layout\Preload", lambda names: names == ()),
    tree("appearance.system-colors", r"HKCU\Control Panel\Colors", lambda names: names == (), but=["Background"]),
    # Trees
    tree(
        "privacy.access-each-app",
        CONSENT,
        lambda names: len(names) == 2 or len(names) == 3 and names[1].casefold() == "nonpackaged",
        "Value",
    ),
    tree(
        "sound.event-sounds",
        r"HKCU\AppEvents\Schemes\Apps",
        lambda names: len(names) == 3 and names[2].casefold() == ".current",
        "",
        tokens=True,
    ),
    # A key that may be absent as a whole
    whole_key("taskbar.pins-migration", EXPLORER + r"\Taskband\FavoritesMigration"),
    # Instances
    instances(
        "notifications.apps",
        CURRENT + r"\Notifications\Settings",
        "AllowContentAboveLock",
        "AllowUrgentNotifications",
        "Enabled",
        "Rank",
        "ShowBanner",
        "ShowInActionCenter",
        "ShowInLockScreen",
        "SoundFile",
    ),
    instances("explorer.recycle-bin-volumes", EXPLORER + r"\BitBucket\Volume", "MaxCapacity", "NukeOnDelete"),
    instances("developer.console-windows", r"HKCU\Console", takes=lambda name: name != "%%Startup"),
    instances("defaults.file-types", EXPLORER + r"\FileExts", "ProgId", below="UserChoice", optional=True),
    instances(
        "defaults.link-types",
        r"HKCU\Software\Microsoft\Windows\Shell\Associations\UrlAssociations",
        "ProgId",
        below="UserChoice",
        optional=True,
    ),
    # Paths
    paths("background.picture", DESKTOP, "WallPaper", part=("path",)),
    paths("appearance.current-theme", CURRENT + r"\Themes", "CurrentTheme"),
    paths("environment.path", r"HKCU\Environment", "Path"),
    paths("environment.temporary-files", r"HKCU\Environment", "TEMP", "TMP"),
    # UsrClass.dat
    values(
        "explorer.nav-pane-onedrive",
        CLASSES + r"\CLSID\{018D5C66-4533-4307-9B53-224DE2ED1FE6}",
        "System.IsPinnedToNameSpaceTree",
    ),
    values(
        "explorer.nav-pane-home",
        CLASSES + r"\CLSID\{f874310e-b6b7-47dc-bc84-b9e6b38f5903}",
        "System.IsPinnedToNameSpaceTree",
    ),
    values(
        "explorer.nav-pane-gallery",
        CLASSES + r"\CLSID\{e88865ea-0e1c-4e20-9aa6-edcd0212c87c}",
        "System.IsPinnedToNameSpaceTree",
    ),
    # The machine
    values("time.zone-automatic", r"HKLM\SYSTEM\CurrentControlSet\Services\tzautoupdate", "Start"),
    values("time.adjust-for-daylight-saving", ZONE, "DynamicDaylightTimeDisabled"),
    values("time.automatic", r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "Type"),
    values("time.server", r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters", "NtpServer"),
    values("power.fast-startup", CONTROL + r"\Session Manager\Power", "HiberbootEnabled"),
    values("power.active-plan", CONTROL + r"\Power\User\PowerSchemes", "ActivePowerScheme"),
    values("developer.long-paths", CONTROL + r"\FileSystem", "LongPathsEnabled"),
    values("region.system-locale", CONTROL + r"\Nls\Language", "Default"),
    values("region.code-pages", CONTROL + r"\Nls\CodePage", "ACP", "OEMCP", "MACCP"),
    values("keyboard.scancode-map", CONTROL + r"\Keyboard Layout", "Scancode Map"),
    parts(
        "time.zone",
        name=(ZONE, "TimeZoneKeyName"),
        standard_name=(ZONE, "StandardName"),
        daylight_name=(ZONE, "DaylightName"),
        bias=(ZONE, "Bias", "StandardBias", "DaylightBias", "ActiveTimeBias"),
        changes=(ZONE, "StandardStart", "DaylightStart"),
    ),
]


# ---- Paths of a user in a profile


class Tokens:
    """What known folders of a user become in a text: `<APPDATA>` and so on, and `<lt>` for a bracket of its own."""

    def __init__(self, folder, sid):
        places = {
            folder + r"\AppData\Roaming": "APPDATA",
            folder + r"\AppData\Local": "LOCALAPPDATA",
            folder: "USERPROFILE",
            r"C:\Users\Public": "PUBLIC",
            r"C:\ProgramData": "PROGRAMDATA",
            r"C:\Windows": "SYSTEMROOT",
            sid: "SID",
        }
        self.places = {place.casefold(): token for place, token in places.items() if place}
        between = r"""\\/"';,\s=@|()<>\x00"""
        known = "|".join(sorted(map(re.escape, filter(None, places)), key=len, reverse=True))
        self.known = re.compile(rf"<|(?<![^{between}])(?:{known})(?![^{between}])", re.IGNORECASE)

    def of(self, value):
        kind, data = value
        if kind not in (SZ, EXPAND_SZ):
            return value
        told = data.decode("utf-16-le", "surrogatepass").split("\0")[0]

        def token(found):
            return "<lt>" if found[0] == "<" else f"<{self.places[found[0].casefold()]}>"

        return kind, text(self.known.sub(token, told))


def text(told):
    return told.encode("utf-16-le", "surrogatepass") + b"\0\0"


# ---- What a document says


def items_of(setting):
    """The items of a setting of a document, with the bytes that a value had in the registry."""
    return [item_of(one) for one in setting["items"]]


def item_of(one):
    if "key" in one:
        return Item("key", tuple(one["key"]), "", one["present"])
    if "file" in one:
        return Item("file", tuple(one["file"]), "", None if one.get("absent") else one["sha256"])
    return Item("value", tuple(one.get("path", ())), one["value"], None if one.get("absent") else value_of(one))


def value_of(one):
    kind, data = TYPES.get(one["type"], one["type"]), one["data"]
    if isinstance(data, dict):
        return kind, bytes.fromhex(data["hex"])
    if kind == DWORD:
        return kind, struct.pack("<I", data)
    if kind == QWORD:
        return kind, struct.pack("<Q", int(data))
    if kind == MULTI_SZ:
        return kind, b"".join(map(text, data)) + b"\0\0"
    return kind, text(data)
