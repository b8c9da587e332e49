//! A window under WebDriver: finding, clicking, choosing, pointing, reading, waiting, and taking its picture.

use super::{Fault, http};
use serde_json::{Value, json};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How WebDriver names an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long [`Session::wait`] waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open window.
#[derive(Debug)]
pub struct Session {
    port: u16,
    id: String,
}

/// Something in the window's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

impl Session {
    pub(super) fn open(port: u16, application: &Path) -> Result<Session, Fault> {
        let wanted = json!({ "tauri:options": { "application": application } });
        let body = json!({ "capabilities": { "alwaysMatch": wanted, "firstMatch": [{}] } });
        let answer = http::ask(port, "POST", "/session", Some(&body))?;
        match answer["sessionId"].as_str() {
            Some(id) => Ok(Session { port, id: id.to_owned() }),
            None => Err(Fault::Protocol { request: "POST /session".to_owned(), answer: answer.to_string() }),
        }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Fault> {
        http::ask(self.port, method, &format!("/session/{}{path}", self.id), body)
    }

    /// Goes to another page.
    ///
    /// # Errors
    /// When the page cannot be loaded.
    pub fn navigate(&self, url: &str) -> Result<(), Fault> {
        self.ask("POST", "/url", Some(&json!({ "url": url }))).map(drop)
    }

    /// Runs a function body in the page; `arguments` are its arguments, what it returns is the answer.
    ///
    /// # Errors
    /// When it throws.
    pub fn script(&self, body: &str, arguments: &[Value]) -> Result<Value, Fault> {
        self.ask("POST", "/execute/sync", Some(&json!({ "script": body, "args": arguments })))
    }

    /// As [`Session::script`], with a last argument that has to be called with the answer.
    ///
    /// # Errors
    /// When it throws.
    pub fn script_async(&self, body: &str, arguments: &[Value]) -> Result<Value, Fault> {
        self.ask("POST", "/execute/async", Some(&json!({ "script": body, "args": arguments })))
    }

    /// Every element a CSS selector finds, in the order of the page.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn all(&self, css: &str) -> Result<Vec<Element>, Fault> {
        let found = self.ask("POST", "/elements", Some(&json!({ "using": "css selector", "value": css })))?;
        let ids = found.as_array().into_iter().flatten().filter_map(|element| element[ELEMENT].as_str());
        Ok(ids.map(|id| Element(id.to_owned())).collect())
    }

    /// The first element a CSS selector finds, once it is there.
    ///
    /// # Errors
    /// When none appears.
    pub fn find(&self, css: &str) -> Result<Element, Fault> {
        self.wait(&format!("{css} is there"), || Ok(self.all(css)?.into_iter().next().ok_or("nothing")))
    }

    /// The element with a `data-testid`, once it is there.
    ///
    /// # Errors
    /// When none appears.
    pub fn by_id(&self, id: &str) -> Result<Element, Fault> {
        self.find(&format!("[data-testid=\"{id}\"]"))
    }

    /// Whether an element with that `data-testid` is there now.
    ///
    /// # Errors
    /// When the window does not answer.
    pub fn has(&self, id: &str) -> Result<bool, Fault> {
        Ok(!self.all(&format!("[data-testid=\"{id}\"]"))?.is_empty())
    }

    /// Its text as laid out. (WebKitWebDriver's own "element text" is empty for what its style may cut off.)
    ///
    /// # Errors
    /// When it is gone.
    pub fn text(&self, element: &Element) -> Result<String, Fault> {
        let text = self.script("return arguments[0].innerText", &[element.json()])?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// The visible text of the element with that `data-testid`, once it is there.
    ///
    /// # Errors
    /// When none appears.
    pub fn text_of(&self, id: &str) -> Result<String, Fault> {
        self.text(&self.by_id(id)?)
    }

    /// Clicks it, as a mouse would: it has to be visible and uncovered.
    ///
    /// # Errors
    /// When it cannot be clicked.
    pub fn click(&self, element: &Element) -> Result<(), Fault> {
        self.ask("POST", &format!("/element/{}/click", element.0), Some(&json!({}))).map(drop)
    }

    /// Clicks the element with that `data-testid`, once it is there and uncovered.
    ///
    /// # Errors
    /// When it does not appear or cannot be clicked; what covers it is named.
    pub fn click_id(&self, id: &str) -> Result<(), Fault> {
        self.wait(&format!("{id} can be clicked"), || {
            let element = self.by_id(id)?;
            match self.click(&element) {
                // What moves between looking and clicking is clicked where it came to rest.
                Err(Fault::Refused { error, .. }) if error == "element click intercepted" => {
                    Ok(Err(format!("{} is in front of it", self.in_front_of(&element)?)))
                }
                clicked => clicked.map(Ok),
            }
        })
    }

    /// What the page shows where the middle of an element is: the beginning of its HTML.
    fn in_front_of(&self, element: &Element) -> Result<String, Fault> {
        let found = self.script(
            "const box = arguments[0].getBoundingClientRect();
             const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
             return top ? top.outerHTML.slice(0, 200) : 'nothing'",
            &[element.json()],
        )?;
        Ok(found.as_str().unwrap_or_default().to_owned())
    }

    /// Types into it.
    ///
    /// # Errors
    /// When it takes no keys.
    pub fn type_into(&self, element: &Element, text: &str) -> Result<(), Fault> {
        self.ask("POST", &format!("/element/{}/value", element.0), Some(&json!({ "text": text }))).map(drop)
    }

    /// Replaces the value of the field with that `data-testid`, as typing and leaving it would.
    ///
    /// # Errors
    /// When it does not appear.
    pub fn fill(&self, id: &str, text: &str) -> Result<(), Fault> {
        let field = self.by_id(id)?;
        self.script(
            "const [field, text] = arguments; field.focus(); field.value = text;
             for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
             field.blur();",
            &[field.json(), json!(text)],
        )?;
        Ok(())
    }

    /// Chooses an option of the `<select>` with that `data-testid` by its value.
    ///
    /// # Errors
    /// When the list or the option does not appear.
    pub fn choose(&self, id: &str, value: &str) -> Result<(), Fault> {
        let list = self.by_id(id)?;
        self.wait(&format!("{id} offers {value}"), || {
            let chosen = self.script(
                "const [list, value] = arguments;
                 if (![...list.options].some((option) => option.value === value)) return false;
                 list.value = value;
                 for (const name of ['input', 'change']) list.dispatchEvent(new Event(name, { bubbles: true }));
                 return true;",
                &[list.json(), json!(value)],
            )?;
            Ok(if chosen == json!(true) { Ok(()) } else { Err("it does not") })
        })
    }

    /// Presses keys one after the other, each with the modifiers before it held: `Ctrl+Enter`, `Alt+ArrowDown`, `a`.
    ///
    /// # Errors
    /// When the window does not answer.
    pub fn press(&self, keys: &[&str]) -> Result<(), Fault> {
        let mut actions = Vec::new();
        for chord in keys {
            let chord: Vec<String> = chord.split('+').map(key).collect();
            actions.extend(chord.iter().map(|key| json!({ "type": "keyDown", "value": key })));
            actions.extend(chord.iter().rev().map(|key| json!({ "type": "keyUp", "value": key })));
        }
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.ask("POST", "/actions", Some(&json!({ "actions": [keyboard] }))).map(drop)
    }

    /// Makes the window this large, in px.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), Fault> {
        self.ask("POST", "/window/rect", Some(&json!({ "width": width, "height": height, "x": 0, "y": 0 }))).map(drop)
    }

    /// Moves the mouse to the middle of it.
    ///
    /// # Errors
    /// When it is gone.
    pub fn hover(&self, element: &Element) -> Result<(), Fault> {
        let to = json!({ "type": "pointerMove", "duration": 50, "origin": element.json(), "x": 0, "y": 0 });
        let mouse =
            json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": [to] });
        self.ask("POST", "/actions", Some(&json!({ "actions": [mouse] }))).map(drop)
    }

    /// Asks again and again until `probe` gives an answer; its error says what is there instead.
    ///
    /// # Errors
    /// When it takes over half a minute, or the window does not answer.
    pub fn wait<T, E: std::fmt::Display>(
        &self,
        what: &str,
        mut probe: impl FnMut() -> Result<Result<T, E>, Fault>,
    ) -> Result<T, Fault> {
        let began = Instant::now();
        loop {
            let last = match probe() {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(last)) => last.to_string(),
                // What is drawn anew while it is read is read again.
                Err(Fault::Refused { error, .. }) if error == "stale element reference" => error,
                Err(fault) => return Err(fault),
            };
            if began.elapsed() > PATIENCE {
                return Err(Fault::Timeout { what: what.to_owned(), waited: PATIENCE, last });
            }
            sleep(Duration::from_millis(40));
        }
    }

    /// Waits until the text of the element with that `data-testid` is as `wanted` says, and returns it.
    ///
    /// # Errors
    /// When it does not become so.
    pub fn wait_text(&self, id: &str, what: &str, wanted: impl Fn(&str) -> bool) -> Result<String, Fault> {
        self.wait(&format!("{id} {what}"), || {
            let text = self.text_of(id)?;
            Ok(if wanted(&text) { Ok(text) } else { Err(text) })
        })
    }

    /// The page's picture, written as a PNG file, once what changed last is painted.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn picture(&self, file: &Path) -> Result<(), Fault> {
        self.script_async(
            "const done = arguments[0];
             requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 250)));
             setTimeout(done, 2000);",
            &[],
        )?;
        // The driver waits for the next frame, and a page at rest has none: a dot that nobody sees comes and goes.
        self.script(
            "const dot = document.createElement('i');
             dot.id = 'next-frame';
             dot.style = 'position: fixed; right: 0; bottom: 0; width: 1px; height: 1px; pointer-events: none';
             document.body.append(dot);
             const blink = () => {
               if (!dot.isConnected) return;
               dot.style.background = dot.style.background ? '' : 'rgb(0 0 0 / 0.4%)';
               setTimeout(blink, 40);
             };
             blink();",
            &[],
        )?;
        let encoded = self.ask("GET", "/screenshot", None);
        self.script("document.getElementById('next-frame')?.remove()", &[])?;
        let encoded = encoded?;
        let failed = |source| Fault::File { path: file.display().to_string(), source };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(file, base64(encoded.as_str().unwrap_or_default())).map_err(failed)
    }

    /// Closes the window.
    ///
    /// # Errors
    /// When it is gone already.
    pub fn close(self) -> Result<(), Fault> {
        self.ask("DELETE", "", None).map(drop)
    }
}

impl Element {
    /// As an argument of a script.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// How WebDriver names a key (Keyboard Actions of the W3C recommendation).
fn key(name: &str) -> String {
    let code = match name {
        "Ctrl" => '\u{E009}',
        "Alt" => '\u{E00A}',
        "Shift" => '\u{E008}',
        "Enter" => '\u{E007}',
        "Escape" => '\u{E00C}',
        "Tab" => '\u{E004}',
        "Space" => ' ',
        "ArrowUp" => '\u{E013}',
        "ArrowDown" => '\u{E015}',
        "ArrowLeft" => '\u{E012}',
        "ArrowRight" => '\u{E014}',
        "PageDown" => '\u{E00F}',
        "F2" => '\u{E032}',
        letter => return letter.to_owned(),
    };
    code.to_string()
}

/// Decodes base64; letters outside its alphabet are skipped.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0_u32);
    for value in text.bytes().filter_map(|letter| ALPHABET.iter().position(|known| *known == letter)) {
        held = (held << 6) | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        assert_eq!(base64("RmV0Y2g="), b"Fetch");
        assert_eq!(base64("RmV0Y2hz\n"), b"Fetchs");
    }
}
