# Sådant som inte avgör något senare, och fält hos det som inte har versioner.
change-door-command = Kommando till en dörr begärt
change-card-encode-ask = Kodning begärd
change-right-checked = Yrkesrättighet kontrollerad
change-export = Lista exporterad
told-operator = Användare
told-token = API-nyckel
told-site = Anläggning
field-role = Roll
field-disabled = Utestängd
field-second_step = Andra steget
field-scope = Omfattning
